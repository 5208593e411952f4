import type { Clock } from '@pcc/platform';
import type { Db, MongoClient } from 'mongodb';
import { storableError, type DeadLetter, type DeadLetterStore } from '../dead-letters.js';
import { storedEventOf } from '../stored-event.js';
import { deadLettersOf, keyOf, takePlace, type DeadLetterDocument } from './collections.js';

/** The dead letters of a Mongo database. */
export function mongoDeadLetters(options: {
  readonly client: MongoClient;
  readonly db: Db;
  readonly clock: Clock;
}): DeadLetterStore {
  const { client, db, clock } = options;
  const letters = deadLettersOf(db);
  return {
    async bury(consumer, event, error, attempts) {
      const _id = keyOf(consumer, event.eventId);
      const letter = { consumer, event, error: storableError(error), attempts };
      await client.withSession((session) =>
        session.withTransaction(async () => {
          const now = clock.now();
          if (!(await takePlace(db, _id, { session, now, buried: true }))) return;
          await letters.replaceOne(
            { _id },
            { ...letter, failedAt: now },
            { session, upsert: true },
          );
        }),
      );
    },
    async list(consumer, { after, limit }) {
      const from = keyOf(consumer, after ?? '');
      // ';' is the character after ':'.
      const found = letters.find({ _id: { $gt: from, $lt: `${consumer};` } });
      return (await found.sort({ _id: 1 }).limit(limit).toArray()).map(letterOf);
    },
    async find(consumer, eventId) {
      const letter = await letters.findOne({ _id: keyOf(consumer, eventId) });
      return letter === null ? null : letterOf(letter);
    },
    async remove(consumer, eventId) {
      return (await letters.deleteOne({ _id: keyOf(consumer, eventId) })).deletedCount > 0;
    },
  };
}

const letterOf = ({ event, error, attempts, failedAt }: DeadLetterDocument): DeadLetter => ({
  event: storedEventOf(event),
  error,
  attempts,
  failedAt,
});
