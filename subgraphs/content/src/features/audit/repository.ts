import type { Collection, Db, Filter } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import type { SystemEvent } from './model.js';

interface SystemEventDocument {
  /** UUIDv7, so it sorts by time. */
  _id: string;
  action: string;
  actorId: string | null;
  subjectType: string;
  subjectId: string;
  details: Record<string, unknown>;
  occurredAt: Date;
}

/** Append-only on purpose: there is no update and no delete here. A TTL index ends entries after two years. */
export function auditRepository(db: Db) {
  const events: Collection<SystemEventDocument> = db.collection('system_events');
  const filterOf = (action: string | null): Filter<SystemEventDocument> =>
    action === null ? {} : { action };

  return {
    /** Appends once per id. */
    async append({ id, ...event }: SystemEvent, transaction?: Transaction): Promise<void> {
      await events.updateOne(
        { _id: id },
        { $setOnInsert: { ...event, details: { ...event.details } } },
        { upsert: true, ...within(transaction) },
      );
    },

    async page(
      action: string | null,
      before: string | null,
      limit: number,
    ): Promise<SystemEvent[]> {
      const found = await events
        .find({ ...filterOf(action), ...(before === null ? {} : { _id: { $lt: before } }) })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, ...event }) => ({ id: _id, ...event }));
    },

    count: (action: string | null): Promise<number> => events.countDocuments(filterOf(action)),
  };
}

export type AuditRepository = ReturnType<typeof auditRepository>;
