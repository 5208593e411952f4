import type { Role } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { NewAccount, StoredAccount } from './model.js';

const columns = Prisma.sql`
  u."id", u."display_name" AS "displayName", u."role", u."email", u."version",
  p."language", p."time_zone" AS "timeZone"
  FROM "learning"."users" AS u JOIN "learning"."user_preferences" AS p ON p."user_id" = u."id"`;

export const accountRepository = (database: Database) => ({
  findByIds: (ids: readonly string[]) =>
    database.$queryRaw<StoredAccount[]>`SELECT ${columns} WHERE u."id" = ANY(${ids}::uuid[])`,

  /** Only what log-in needs. */
  findCredentials: (email: string) =>
    database.user.findUnique({ where: { email }, select: { id: true, passwordHash: true } }),

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

  /** The admins, locked, so that two changes at once cannot remove the last two. */
  async lockAdmins(): Promise<string[]> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "learning"."users" WHERE "role" = 'admin' ORDER BY "id" FOR NO KEY UPDATE`;
    return rows.map(({ id }) => id);
  },

  async changeRole(id: string, role: Role) {
    await database.user.update({ where: { id }, data: { role, version: { increment: 1 } } });
  },
});
