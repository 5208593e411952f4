import type { Database } from '../../database.js';
import type { Language } from '../../languages.js';

/** What is printed. */
export interface Printed {
  readonly certificateId: string;
  readonly studentName: string;
  readonly courseTitle: string;
  readonly issuedAt: Date;
  readonly verificationCode: string;
  /** The student's. */
  readonly language: Language;
  readonly attempts: number;
}

export const documentRepository = (database: Database) => ({
  /** The next ones to be made, which nobody else is given until `leaseUntil`. */
  lease: (limit: number, now: Date, leaseUntil: Date) => database.$queryRaw<Printed[]>`
    WITH due AS (
      UPDATE "learning"."certificate_documents" AS d
         SET "available_at" = ${leaseUntil}::timestamptz, "attempts" = d."attempts" + 1
       WHERE d."certificate_id" IN (
         SELECT "certificate_id" FROM "learning"."certificate_documents"
          WHERE "stored_at" IS NULL AND "available_at" <= ${now}::timestamptz
          ORDER BY "available_at" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED)
      RETURNING d."certificate_id", d."attempts")
    SELECT c."id" AS "certificateId", c."student_name" AS "studentName", c."course_title" AS "courseTitle",
           c."issued_at" AS "issuedAt", c."verification_code" AS "verificationCode", p."language", due."attempts"
      FROM due
      JOIN "learning"."certificates" AS c ON c."id" = due."certificate_id"
      JOIN "learning"."enrollments" AS e ON e."id" = c."enrollment_id"
      JOIN "learning"."user_preferences" AS p ON p."user_id" = e."user_id"`,

  async markStored(certificateId: string, storedAt: Date) {
    await database.certificateDocument.updateMany({ where: { certificateId }, data: { storedAt } });
  },

  async tryAgain(certificateId: string, availableAt: Date) {
    await database.certificateDocument.updateMany({
      where: { certificateId, storedAt: null },
      data: { availableAt },
    });
  },

  /** It was there, and is no more. */
  async makeAgain(certificateId: string, availableAt: Date) {
    await database.certificateDocument.updateMany({
      where: { certificateId, storedAt: { not: null } },
      data: { storedAt: null, availableAt, attempts: 0 },
    });
  },

  /** Those of these that were made. */
  async storedAmong(certificateIds: readonly string[]): Promise<{ certificateId: string }[]> {
    return database.certificateDocument.findMany({
      where: { certificateId: { in: [...certificateIds] }, storedAt: { not: null } },
      select: { certificateId: true },
    });
  },
});
