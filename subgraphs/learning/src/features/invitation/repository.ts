import type { CursorKey, Page } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { Invitation } from './model.js';

const columns = Prisma.sql`
  i."id", i."course_id" AS "courseId", i."code", i."user_id" AS "userId", i."max_uses" AS "maxUses", i."uses",
  i."expires_at" AS "expiresAt", i."created_at" AS "createdAt", i."revoked_at" AS "revokedAt"`;

export const invitationRepository = (database: Database) => ({
  async insert(invitation: Invitation & { createdBy: string }) {
    await database.courseInvitation.create({ data: invitation });
  },

  async find(id: string): Promise<Invitation | null> {
    const rows = await database.$queryRaw<Invitation[]>`
      SELECT ${columns} FROM "learning"."course_invitations" AS i WHERE i."id" = ${id}::uuid`;
    return rows[0] ?? null;
  },

  async findByCode(code: string): Promise<Invitation | null> {
    const rows = await database.$queryRaw<Invitation[]>`
      SELECT ${columns} FROM "learning"."course_invitations" AS i WHERE i."code" = ${code}`;
    return rows[0] ?? null;
  },

  /** One use more, if one is left. @returns false when it is revoked, expired or used up */
  async use(id: string, now: Date): Promise<boolean> {
    const changed = await database.$executeRaw`
      UPDATE "learning"."course_invitations" SET "uses" = "uses" + 1
       WHERE "id" = ${id}::uuid AND "uses" < "max_uses" AND "revoked_at" IS NULL
         AND "expires_at" > ${now}::timestamptz`;
    return changed === 1;
  },

  async revoke(id: string, revokedAt: Date) {
    await database.courseInvitation.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt },
    });
  },

  /** Newest first. */
  pageOf(courseId: string, { limit, after }: Page<CursorKey>): Promise<Invitation[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (i."created_at", i."id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<Invitation[]>`
      SELECT ${columns} FROM "learning"."course_invitations" AS i
       WHERE i."course_id" = ${courseId}::uuid ${behind}
       ORDER BY i."created_at" DESC, i."id" DESC LIMIT ${limit}::int`;
  },

  countOf: (courseId: string) => database.courseInvitation.count({ where: { courseId } }),
});
