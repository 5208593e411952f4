import type { Db } from 'mongodb';
import type { LeasedEvent, OutboxStore } from '../outbox.js';
import { outboxOf, type OutboxDocument } from './collections.js';

/** The relay's side of the Mongo database's outbox. */
export function mongoOutbox(db: Db): OutboxStore {
  const outbox = outboxOf(db);
  return {
    async lease(limit, leaseMs) {
      // One time for all of them: what is leased here does not come due again meanwhile.
      const now = new Date();
      const leased: LeasedEvent[] = [];
      while (leased.length < limit) {
        const document = await outbox.findOneAndUpdate(
          { publishedAt: null, availableAt: { $lte: now } },
          { $set: { availableAt: new Date(now.getTime() + leaseMs) }, $inc: { attempts: 1 } },
          { sort: { availableAt: 1 }, returnDocument: 'after' },
        );
        if (document === null) break;
        const { _id, attempts, ...event } = document;
        leased.push({ event: { eventId: _id, ...eventFields(event) }, attempts });
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
    async republish(since) {
      const again = { publishedAt: null, availableAt: new Date(), attempts: 0 };
      return (await outbox.updateMany({ publishedAt: { $gte: since } }, { $set: again }))
        .modifiedCount;
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
