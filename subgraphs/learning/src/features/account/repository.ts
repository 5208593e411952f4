import { Prisma, type Database } from '../../database.js';
import { given } from '../../inputs.js';
import type { AccountChange, NewAccount, SeenAccount } from './model.js';

/** @param viewerId null for nobody: then nobody learns from her */
export const seenColumns = (viewerId: string | null) => Prisma.sql`
  u."id", u."display_name" AS "displayName", u."bio", u."role", u."email", u."version",
  u."suspended_at" AS "suspendedAt", p."language", p."time_zone" AS "timeZone",
  p."shows_name" AS "showsName", p."shows_bio" AS "showsBio",
  u."role" = 'instructor' OR (u."role" = 'admin' AND EXISTS (
    SELECT FROM "learning"."course_instructors" AS i WHERE i."user_id" = u."id")) AS "teaches",
  EXISTS (
    SELECT FROM "learning"."enrollments" AS e
      JOIN "learning"."course_instructors" AS i ON i."course_id" = e."course_id"
     WHERE e."user_id" = u."id" AND e."status" <> 'ENDED' AND i."user_id" = ${viewerId}::uuid
  ) AS "learnsFromViewer"
  FROM "learning"."users" AS u JOIN "learning"."user_preferences" AS p ON p."user_id" = u."id"`;

export const accountRepository = (database: Database) => ({
  /** One statement, however many people. @param viewerId with whose eyes */
  findByIds: (ids: readonly string[], viewerId: string | null) =>
    database.$queryRaw<
      SeenAccount[]
    >`SELECT ${seenColumns(viewerId)} WHERE u."id" = ANY(${ids}::uuid[])`,

  /** @returns false when the e-mail address is taken */
  async insert(id: string, account: NewAccount, passwordHash: string, createdAt: Date) {
    const { email, displayName, role, language, timeZone } = account;
    // ON CONFLICT DO NOTHING: a failing insert would break the transaction.
    const { count } = await database.user.createMany({
      data: [{ id, email, displayName, role, passwordHash, createdAt }],
      skipDuplicates: true,
    });
    if (count === 0) return false;
    await database.userPreferences.create({ data: { userId: id, language, timeZone } });
    return true;
  },

  /** The admins who can act, locked, so that two changes at once cannot take away the last two. */
  async lockAdmins(): Promise<string[]> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "learning"."users"
       WHERE "role" = 'admin' AND "suspended_at" IS NULL ORDER BY "id" FOR NO KEY UPDATE`;
    return rows.map(({ id }) => id);
  },

  /** Writes what is given, under the next version. */
  async change(id: string, change: AccountChange) {
    const { language, timeZone, showsName, showsBio, ...person } = change;
    await database.user.update({
      where: { id },
      data: { ...person, version: { increment: 1 } },
      select: { id: true },
    });
    const preferences = given({ language, timeZone, showsName, showsBio });
    if (Object.keys(preferences).length === 0) return;
    await database.userPreferences.update({
      where: { userId: id },
      data: preferences,
      select: { userId: true },
    });
  },
});
