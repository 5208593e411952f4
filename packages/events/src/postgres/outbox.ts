import type { StoredEvent } from '../event.js';
import type { OutboxStore } from '../outbox.js';
import type { RawSql } from './sql.js';

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
    republish: async (since) =>
      prisma.$executeRawUnsafe(
        `UPDATE "${schema}"."outbox"
            SET "published_at" = NULL, "available_at" = now(), "attempts" = 0
          WHERE "published_at" >= $1::timestamptz`,
        since.toISOString(),
      ),
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

const eventOf = (row: OutboxRow): StoredEvent => ({
  eventId: row.event_id,
  type: row.type,
  aggregateId: row.aggregate_id,
  aggregateVersion: row.aggregate_version,
  occurredAt: row.occurred_at,
  data: row.data,
});
