import { errorMessage, systemClock, type Clock, type Logger } from '@pcc/platform';
import { createEvent, parseEvent, type AnyEvent, type Emit } from '../event.js';
import type { OutboxStore } from '../outbox.js';
import { runAfterCommit, type AfterCommit, type UnitOfWork, type Work } from '../unit-of-work.js';

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

export interface PostgresUnitOfWorkOptions<Transaction extends RawSql> {
  readonly prisma: PrismaLike<Transaction>;
  /** The subgraph's schema. Statements name it: `search_path` cannot be relied on with PGlite. */
  readonly schema: string;
  /** Called after a commit that wrote events: wakes the relay. */
  readonly onEvents: () => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

// The embedded Postgres has one session: transactions queue for it.
const transactionLimits = { maxWait: 10_000, timeout: 15_000 };

export function postgresUnitOfWork<Transaction extends RawSql>(
  options: PostgresUnitOfWorkOptions<Transaction>,
): UnitOfWork<Transaction> {
  const { prisma, schema, onEvents, logger, clock = systemClock } = options;

  const emitInto =
    (transaction: RawSql, count: () => void): Emit =>
    async (type, newEvent) => {
      const event = createEvent(type, newEvent, clock.now());
      await transaction.$executeRawUnsafe(
        `INSERT INTO "${schema}"."outbox"
           ("event_id", "type", "aggregate_id", "aggregate_version", "occurred_at", "data")
         VALUES ($1::uuid, $2, $3, $4::int, $5::timestamptz, $6::jsonb)`,
        event.eventId,
        event.type,
        event.aggregateId,
        event.aggregateVersion,
        event.occurredAt.toISOString(),
        JSON.stringify(event.data),
      );
      count();
    };

  const run = async <Value>(body: (work: Work<Transaction>) => Promise<Value>): Promise<Value> => {
    let emitted = 0;
    let actions: AfterCommit[] = [];
    const value = await prisma.$transaction((transaction) => {
      emitted = 0;
      actions = [];
      return body({
        transaction,
        emit: emitInto(transaction, () => emitted++),
        afterCommit: (action) => actions.push(action),
      });
    }, transactionLimits);
    if (emitted > 0) onEvents();
    await runAfterCommit(actions, logger);
    return value;
  };

  return {
    run,
    runOnce: (consumer, event, effect) =>
      run(async (work) => {
        const inserted = await work.transaction.$executeRawUnsafe(
          `INSERT INTO "${schema}"."inbox" ("consumer", "event_id") VALUES ($1, $2::uuid)
           ON CONFLICT DO NOTHING`,
          consumer,
          event.eventId,
        );
        if (inserted === 0) return false;
        await effect(work);
        return true;
      }),
    async bury(consumer, event, error, attempts) {
      await prisma.$executeRawUnsafe(
        `INSERT INTO "${schema}"."dead_letters" ("consumer", "event_id", "event", "error", "attempts")
         VALUES ($1, $2::uuid, $3::jsonb, $4, $5::int)
         ON CONFLICT ("consumer", "event_id") DO UPDATE
           SET "error" = excluded."error", "attempts" = excluded."attempts", "failed_at" = now()`,
        consumer,
        event.eventId,
        JSON.stringify(event),
        errorMessage(error),
        attempts,
      );
    },
  };
}

interface OutboxRow {
  event_id: string;
  type: string;
  aggregate_id: string;
  aggregate_version: number;
  occurred_at: Date;
  data: unknown;
  attempts: number;
}

/** The relay's side of a schema's outbox. */
export function postgresOutbox(prisma: RawSql, schema: string): OutboxStore {
  return {
    async lease(limit, leaseMs) {
      // One short statement: SKIP LOCKED lets relays pass each other, and the lease outlives the lock.
      const rows = await prisma.$queryRawUnsafe<OutboxRow[]>(
        `UPDATE "${schema}"."outbox" AS o
            SET "available_at" = now() + $2::int * interval '1 millisecond', "attempts" = o."attempts" + 1
          WHERE o."event_id" IN (
            SELECT "event_id" FROM "${schema}"."outbox"
             WHERE "published_at" IS NULL AND "available_at" <= now()
             ORDER BY "available_at" LIMIT $1::int FOR UPDATE SKIP LOCKED)
        RETURNING o."event_id"::text, o."type", o."aggregate_id", o."aggregate_version",
                  o."occurred_at", o."data", o."attempts"`,
        limit,
        leaseMs,
      );
      return rows.map((row) => ({ event: eventOf(row), attempts: row.attempts }));
    },
    async markPublished(eventIds) {
      await prisma.$executeRawUnsafe(
        `UPDATE "${schema}"."outbox" SET "published_at" = now() WHERE "event_id" = ANY($1::uuid[])`,
        eventIds,
      );
    },
    async postpone(eventId, delayMs) {
      await prisma.$executeRawUnsafe(
        `UPDATE "${schema}"."outbox" SET "available_at" = now() + $2::int * interval '1 millisecond'
          WHERE "event_id" = $1::uuid AND "published_at" IS NULL`,
        eventId,
        delayMs,
      );
    },
    async prune(olderThan) {
      const before = olderThan.toISOString();
      await prisma.$executeRawUnsafe(
        `DELETE FROM "${schema}"."outbox" WHERE "published_at" < $1::timestamptz`,
        before,
      );
      await prisma.$executeRawUnsafe(
        `DELETE FROM "${schema}"."inbox" WHERE "processed_at" < $1::timestamptz`,
        before,
      );
    },
  };
}

const eventOf = (row: OutboxRow): AnyEvent =>
  parseEvent({
    eventId: row.event_id,
    type: row.type,
    aggregateId: row.aggregate_id,
    aggregateVersion: row.aggregate_version,
    occurredAt: row.occurred_at,
    data: row.data,
  });
