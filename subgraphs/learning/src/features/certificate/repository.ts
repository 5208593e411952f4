import type { Database } from '../../database.js';
import type { Certificate } from './model.js';

/** What a certificate says of an enrolment. */
export interface Completion {
  readonly enrollmentId: string;
  readonly userId: string;
  readonly courseId: string;
  readonly studentName: string;
  readonly courseTitle: string;
}

export const certificateRepository = (database: Database) => ({
  completions: (enrollmentIds: readonly string[]) => database.$queryRaw<Completion[]>`
    SELECT e."id" AS "enrollmentId", e."user_id" AS "userId", e."course_id" AS "courseId",
           u."display_name" AS "studentName", c."title" AS "courseTitle"
      FROM "learning"."enrollments" AS e
      JOIN "learning"."users" AS u ON u."id" = e."user_id"
      JOIN "learning"."courses" AS c ON c."id" = e."course_id"
     WHERE e."id" = ANY(${enrollmentIds}::uuid[])`,

  async insert(certificates: readonly Omit<Certificate, 'revokedAt'>[]) {
    await database.certificate.createMany({ data: [...certificates] });
    await database.certificateDocument.createMany({
      data: certificates.map(({ id, issuedAt }) => ({ certificateId: id, availableAt: issuedAt })),
    });
  },

  /** @returns those that were not revoked already */
  revokeOf: (enrollmentId: string, at: Date): Promise<{ id: string }[]> =>
    database.certificate.updateManyAndReturn({
      where: { enrollmentId, revokedAt: null },
      data: { revokedAt: at },
      select: { id: true },
    }),

  findByCode: (verificationCode: string): Promise<Certificate | null> =>
    database.certificate.findUnique({ where: { verificationCode } }),

  findByEnrollments: (enrollmentIds: readonly string[]): Promise<Certificate[]> =>
    database.certificate.findMany({ where: { enrollmentId: { in: [...enrollmentIds] } } }),
});
