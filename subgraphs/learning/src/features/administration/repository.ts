import type { CursorKey, Page } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import { seenColumns, type SeenAccount } from '../account/service.js';
import type { UserFilter } from './model.js';

/** What LIKE would take for more than itself. */
const prefixOf = (text: string) => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** Each is served by an index of its own: users_name_prefix_idx, users_email_prefix_idx, users_staff_idx, users_suspended_idx. */
const conditions = ({ text, role, suspended }: UserFilter) =>
  Prisma.join(
    [
      Prisma.sql`TRUE`,
      ...(text === null
        ? []
        : [
            Prisma.sql`(lower(u."display_name") LIKE ${prefixOf(text)} OR u."email" LIKE ${prefixOf(text)})`,
          ]),
      ...(role === null ? [] : [Prisma.sql`u."role" = ${role}`]),
      // Said for staff as well, or the planner cannot see that users_staff_idx has them all.
      ...(role === null || role === 'student' ? [] : [Prisma.sql`u."role" <> 'student'`]),
      ...(suspended === null
        ? []
        : [Prisma.sql`u."suspended_at" IS ${suspended ? Prisma.sql`NOT NULL` : Prisma.sql`NULL`}`]),
    ],
    ' AND ',
  );

export const administrationRepository = (database: Database) => ({
  /** The newest first: ids tell the time. */
  page(filter: UserFilter, { limit, after }: Page<CursorKey>): Promise<SeenAccount[]> {
    const behind =
      after === null ? Prisma.empty : Prisma.sql`AND u."id" < ${String(after[0])}::uuid`;
    return database.$queryRaw<SeenAccount[]>`
      SELECT ${seenColumns(null)} WHERE ${conditions(filter)} ${behind}
       ORDER BY u."id" DESC LIMIT ${limit}::int`;
  },

  async count(filter: UserFilter): Promise<number> {
    const rows = await database.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM "learning"."users" AS u WHERE ${conditions(filter)}`;
    return rows[0]?.count ?? 0;
  },

  /** Locks the row, so that of two who change the person the second sees what the first has done. */
  async lockByEmail(email: string): Promise<string | null> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "learning"."users" WHERE "email" = ${email} FOR NO KEY UPDATE`;
    return rows[0]?.id ?? null;
  },
});
