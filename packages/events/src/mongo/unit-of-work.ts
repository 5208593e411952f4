import { systemClock, type Clock, type Logger } from '@pcc/platform';
import type { ClientSession, Db, MongoClient } from 'mongodb';
import { createEvent, type Emit } from '../event.js';
import { runAfterCommit, type AfterCommit, type UnitOfWork, type Work } from '../unit-of-work.js';
import { deadLettersOf, keyOf, outboxOf, takePlace } from './collections.js';
import { mongoDeadLetters } from './dead-letters.js';

export interface MongoUnitOfWorkOptions {
  readonly client: MongoClient;
  readonly db: Db;
  /** Called after a commit that wrote events: wakes the relay. */
  readonly onEvents: () => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export function mongoUnitOfWork(options: MongoUnitOfWorkOptions): UnitOfWork<ClientSession> {
  const { client, db, onEvents, logger, clock = systemClock } = options;

  const emitInto =
    (session: ClientSession, count: () => void): Emit =>
    async (type, newEvent) => {
      const { eventId, ...event } = createEvent(type, newEvent, clock.now());
      await outboxOf(db).insertOne(
        { _id: eventId, ...event, attempts: 0, availableAt: clock.now(), publishedAt: null },
        { session },
      );
      count();
    };

  const run = async <Value>(
    body: (work: Work<ClientSession>) => Promise<Value>,
  ): Promise<Value> => {
    let emitted = 0;
    let actions: AfterCommit[] = [];
    const value = await client.withSession((session) =>
      session.withTransaction(() => {
        // The driver runs the body again after a write conflict: start from nothing each time.
        emitted = 0;
        actions = [];
        return body({
          transaction: session,
          emit: emitInto(session, () => emitted++),
          afterCommit: (action) => actions.push(action),
        });
      }),
    );
    if (emitted > 0) onEvents();
    await runAfterCommit(actions, logger);
    return value;
  };

  const deadLetters = mongoDeadLetters({ client, db, clock });
  return {
    run,
    runOnce: (consumer, event, effect) =>
      run(async (work) => {
        const _id = keyOf(consumer, event.eventId);
        const session = work.transaction;
        const isNew = await takePlace(db, _id, { session, now: clock.now(), buried: false });
        if (isNew) await effect(work);
        await deadLettersOf(db).deleteOne({ _id }, { session });
        return isNew;
      }),
    deadLetters,
  };
}
