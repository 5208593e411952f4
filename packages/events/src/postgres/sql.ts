import { AppError } from '@pcc/platform';

/** The part of a Prisma client, or of its transaction client, that raw statements need. */
export interface RawSql {
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
  $queryRawUnsafe<Rows>(sql: string, ...values: unknown[]): PromiseLike<Rows>;
}

/** A Prisma client whose interactive transactions give `Transaction`. */
export interface PrismaLike<Transaction extends RawSql> extends RawSql {
  $transaction<Value>(
    body: (transaction: Transaction) => Promise<Value>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<Value>;
}

// The embedded Postgres has one session: transactions queue for it.
const transactionLimits = { maxWait: 10_000, timeout: 15_000 };

/** @throws AppError STORE_UNAVAILABLE when no session came free in time: the store is busy, not the body at fault */
export async function inTransaction<Transaction extends RawSql, Value>(
  prisma: PrismaLike<Transaction>,
  body: (transaction: Transaction) => Promise<Value>,
): Promise<Value> {
  let begun = false;
  try {
    return await prisma.$transaction((transaction) => {
      begun = true;
      return body(transaction);
    }, transactionLimits);
  } catch (error) {
    // Prisma's "Unable to start a transaction in the given time".
    if (begun || (error as { code?: unknown }).code !== 'P2028') throw error;
    throw new AppError('STORE_UNAVAILABLE', undefined, {}, { cause: error });
  }
}

export const postgresInbox = (schema: string) => ({
  /**
   * Takes an event's place in the inbox, and waits for a transaction that has just taken it. A place that
   * was taken before counts as new again for the retention: what still arrives must not be forgotten.
   * @returns whether the place was free
   */
  async enter(transaction: RawSql, consumer: string, eventId: string): Promise<boolean> {
    const [row] = await transaction.$queryRawUnsafe<{ is_new: boolean }[]>(
      `INSERT INTO "${schema}"."inbox" ("consumer", "event_id") VALUES ($1, $2::uuid)
       ON CONFLICT ("consumer", "event_id") DO UPDATE SET "processed_at" = now()
       RETURNING "xmax" = 0 AS "is_new"`,
      consumer,
      eventId,
    );
    return row?.is_new === true;
  },
  async leave(transaction: RawSql, consumer: string, eventId: string): Promise<void> {
    await transaction.$executeRawUnsafe(
      `DELETE FROM "${schema}"."inbox" WHERE "consumer" = $1 AND "event_id" = $2::uuid`,
      consumer,
      eventId,
    );
  },
});
