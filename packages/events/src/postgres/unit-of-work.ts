import { systemClock, type Clock, type Logger } from '@pcc/platform';
import { createEvent, type Emit } from '../event.js';
import { runAfterCommit, type AfterCommit, type UnitOfWork, type Work } from '../unit-of-work.js';
import { postgresDeadLetters } from './dead-letters.js';
import { inTransaction, postgresInbox, type PrismaLike, type RawSql } from './sql.js';

export interface PostgresUnitOfWorkOptions<Transaction extends RawSql> {
  readonly prisma: PrismaLike<Transaction>;
  /** The subgraph's schema. Statements name it: `search_path` cannot be relied on with PGlite. */
  readonly schema: string;
  /** Called after a commit that wrote events: wakes the relay. */
  readonly onEvents: () => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

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
    const value = await inTransaction(prisma, (transaction) => {
      emitted = 0;
      actions = [];
      return body({
        transaction,
        emit: emitInto(transaction, () => emitted++),
        afterCommit: (action) => actions.push(action),
      });
    });
    if (emitted > 0) onEvents();
    await runAfterCommit(actions, logger);
    return value;
  };

  const inbox = postgresInbox(schema);
  const deadLetters = postgresDeadLetters(prisma, schema);
  return {
    run,
    runOnce: (consumer, event, effect) =>
      run(async (work) => {
        const isNew = await inbox.enter(work.transaction, consumer, event.eventId);
        if (isNew) await effect(work);
        await deadLetters.remove(consumer, event.eventId, work.transaction);
        return isNew;
      }),
    deadLetters,
  };
}
