import type pg from 'pg';
import type { PrismaLike, RawSql } from '../postgres/sql.js';

/** The same raw calls that Prisma offers, on the plain driver: this package knows no Prisma schema. */
export function prismaOn(pool: pg.Pool): PrismaLike<RawSql> {
  const raw = (client: pg.Pool | pg.PoolClient): RawSql => ({
    $executeRawUnsafe: async (sql, ...values) => (await client.query(sql, values)).rowCount ?? 0,
    $queryRawUnsafe: async <Rows>(sql: string, ...values: unknown[]) =>
      (await client.query(sql, values)).rows as Rows,
  });
  return {
    ...raw(pool),
    async $transaction(body) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const value = await body(raw(client));
        await client.query('COMMIT');
        return value;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}
