import { errorMessage, systemClock, type Clock, type Logger } from '@pcc/platform';
import type { ClientSession, Collection, Db, MongoClient } from 'mongodb';
import { createEvent, parseEvent, type Emit } from '../event.js';
import type { LeasedEvent, OutboxStore } from '../outbox.js';
import { runAfterCommit, type AfterCommit, type UnitOfWork, type Work } from '../unit-of-work.js';

interface OutboxDocument {
  /** The event's id. */
  _id: string;
  type: string;
  aggregateId: string;
  aggregateVersion: number;
  occurredAt: Date;
  data: unknown;
  attempts: number;
  availableAt: Date;
  publishedAt: Date | null;
}

interface InboxDocument {
  /** `consumer:eventId` */
  _id: string;
  processedAt: Date;
}

interface DeadLetterDocument {
  /** `consumer:eventId` */
  _id: string;
  consumer: string;
  event: unknown;
  error: string;
  attempts: number;
  failedAt: Date;
}

const outboxOf = (db: Db): Collection<OutboxDocument> => db.collection('outbox');
const inboxOf = (db: Db): Collection<InboxDocument> => db.collection('inbox');
const deadLettersOf = (db: Db): Collection<DeadLetterDocument> => db.collection('dead_letters');

const sevenDays = 7 * 24 * 60 * 60;

/** Makes the collections and indexes that this file relies on; a step of the database's first migration. */
export async function createMongoEventCollections(db: Db): Promise<void> {
  await outboxOf(db).createIndex(
    { availableAt: 1 },
    { name: 'outbox_unpublished', partialFilterExpression: { publishedAt: null } },
  );
  await inboxOf(db).createIndex(
    { processedAt: 1 },
    { name: 'inbox_expiry', expireAfterSeconds: sevenDays },
  );
  await deadLettersOf(db).createIndex({ failedAt: 1 }, { name: 'dead_letters_failed_at' });
}

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

  return {
    run,
    async runOnce(consumer, event, effect) {
      const _id = `${consumer}:${event.eventId}`;
      // Asked before the transaction: inside one, a duplicate key would abort it.
      if ((await inboxOf(db).findOne({ _id })) !== null) return false;
      await run(async (work) => {
        await inboxOf(db).insertOne(
          { _id, processedAt: clock.now() },
          { session: work.transaction },
        );
        await effect(work);
      });
      return true;
    },
    async bury(consumer, event, error, attempts) {
      await deadLettersOf(db).replaceOne(
        { _id: `${consumer}:${event.eventId}` },
        { consumer, event, error: errorMessage(error), attempts, failedAt: clock.now() },
        { upsert: true },
      );
    },
  };
}

/** The relay's side of the Mongo database's outbox. */
export function mongoOutbox(db: Db): OutboxStore {
  const outbox = outboxOf(db);
  const claim = (leaseMs: number) => {
    const now = new Date();
    return outbox.findOneAndUpdate(
      { publishedAt: null, availableAt: { $lte: now } },
      { $set: { availableAt: new Date(now.getTime() + leaseMs) }, $inc: { attempts: 1 } },
      { sort: { availableAt: 1 }, returnDocument: 'after' },
    );
  };
  return {
    async lease(limit, leaseMs) {
      const leased: LeasedEvent[] = [];
      while (leased.length < limit) {
        const document = await claim(leaseMs);
        if (document === null) break;
        const { _id, attempts, ...event } = document;
        leased.push({ event: parseEvent({ eventId: _id, ...eventFields(event) }), attempts });
      }
      return leased;
    },
    async markPublished(eventIds) {
      await outbox.updateMany(
        { _id: { $in: [...eventIds] } },
        { $set: { publishedAt: new Date() } },
      );
    },
    async postpone(eventId, delayMs) {
      await outbox.updateOne(
        { _id: eventId, publishedAt: null },
        { $set: { availableAt: new Date(Date.now() + delayMs) } },
      );
    },
    async prune(olderThan) {
      // The inbox has a TTL index.
      await outbox.deleteMany({ publishedAt: { $lt: olderThan } });
    },
  };
}

const eventFields = (document: Omit<OutboxDocument, '_id' | 'attempts'>) => ({
  type: document.type,
  aggregateId: document.aggregateId,
  aggregateVersion: document.aggregateVersion,
  occurredAt: document.occurredAt,
  data: document.data,
});
