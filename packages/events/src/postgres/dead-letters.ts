import {
  storableError,
  storableJson,
  type DeadLetter,
  type DeadLetterStore,
} from '../dead-letters.js';
import { storedEventOf } from '../stored-event.js';
import { inTransaction, postgresInbox, type PrismaLike, type RawSql } from './sql.js';

interface DeadLetterRow {
  event: unknown;
  error: string;
  attempts: number;
  failed_at: Date;
}

export interface PostgresDeadLetters extends DeadLetterStore {
  /** @param transaction to remove it in, when something else is to commit with it */
  remove(consumer: string, eventId: string, transaction?: RawSql): Promise<boolean>;
}

/** The dead letters of a subgraph's schema. */
export function postgresDeadLetters<Transaction extends RawSql>(
  prisma: PrismaLike<Transaction>,
  schema: string,
): PostgresDeadLetters {
  const inbox = postgresInbox(schema);
  const table = `"${schema}"."dead_letters"`;
  const columns = '"event", "error", "attempts", "failed_at"';
  return {
    bury: (consumer, event, error, attempts) =>
      inTransaction(prisma, async (transaction) => {
        // The place in the inbox is the lock between this and the effect, which another delivery may have.
        if (!(await inbox.enter(transaction, consumer, event.eventId))) return;
        await transaction.$executeRawUnsafe(
          `INSERT INTO ${table} ("consumer", "event_id", "event", "error", "attempts")
           VALUES ($1, $2::uuid, $3::jsonb, $4, $5::int)
           ON CONFLICT ("consumer", "event_id") DO UPDATE
             SET "error" = excluded."error", "attempts" = excluded."attempts", "failed_at" = now()`,
          consumer,
          event.eventId,
          storableJson(event),
          storableError(error),
          attempts,
        );
        await inbox.leave(transaction, consumer, event.eventId);
      }),
    async list(consumer, { after, limit }) {
      const rows = await prisma.$queryRawUnsafe<DeadLetterRow[]>(
        `SELECT ${columns} FROM ${table}
          WHERE "consumer" = $1 AND ($2::uuid IS NULL OR "event_id" > $2::uuid)
          ORDER BY "event_id" LIMIT $3::int`,
        consumer,
        after ?? null,
        limit,
      );
      return rows.map(letterOf);
    },
    async find(consumer, eventId) {
      const [row] = await prisma.$queryRawUnsafe<DeadLetterRow[]>(
        `SELECT ${columns} FROM ${table} WHERE "consumer" = $1 AND "event_id" = $2::uuid`,
        consumer,
        eventId,
      );
      return row === undefined ? null : letterOf(row);
    },
    async remove(consumer, eventId, transaction = prisma) {
      const removed = await transaction.$executeRawUnsafe(
        `DELETE FROM ${table} WHERE "consumer" = $1 AND "event_id" = $2::uuid`,
        consumer,
        eventId,
      );
      return removed > 0;
    },
  };
}

const letterOf = ({ event, error, attempts, failed_at }: DeadLetterRow): DeadLetter => ({
  event: storedEventOf(event),
  error,
  attempts,
  failedAt: failed_at,
});
