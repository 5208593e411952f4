import type { Database } from '../../database.js';

/** What proves who somebody is. */
export interface Credentials {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
}

const columns = { id: true, email: true, passwordHash: true } as const;

export const credentialRepository = (database: Database) => ({
  findByEmail: (email: string): Promise<Credentials | null> =>
    database.user.findUnique({ where: { email }, select: columns }),

  findById: (id: string): Promise<Credentials | null> =>
    database.user.findUnique({ where: { id }, select: columns }),

  /** Locks the person if her password still is the one that was checked; a change under way is waited for. */
  async lockUnchanged({ id, passwordHash }: Credentials): Promise<boolean> {
    const rows = await database.$queryRaw<object[]>`
      SELECT "id" FROM "learning"."users"
       WHERE "id" = ${id}::uuid AND "password_hash" = ${passwordHash} FOR NO KEY UPDATE`;
    return rows.length > 0;
  },

  /** @returns false when the password is not the one that was checked any more: somebody was faster */
  async replace(id: string, checkedHash: string, passwordHash: string): Promise<boolean> {
    const { count } = await database.user.updateMany({
      where: { id, passwordHash: checkedHash },
      data: { passwordHash },
    });
    return count > 0;
  },

  async set(id: string, passwordHash: string) {
    await database.user.update({ where: { id }, data: { passwordHash }, select: { id: true } });
  },
});
