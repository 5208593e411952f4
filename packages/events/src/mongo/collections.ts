import type { ClientSession, Collection, Db } from 'mongodb';
import type { StoredEvent } from '../event.js';

export interface OutboxDocument {
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
  /** The place is taken by a dead letter, and free for the effect. */
  buried?: boolean;
}

export interface DeadLetterDocument {
  /** `consumer:eventId` */
  _id: string;
  consumer: string;
  event: StoredEvent;
  error: string;
  attempts: number;
  failedAt: Date;
}

export const outboxOf = (db: Db): Collection<OutboxDocument> => db.collection('outbox');
export const inboxOf = (db: Db): Collection<InboxDocument> => db.collection('inbox');
export const deadLettersOf = (db: Db): Collection<DeadLetterDocument> =>
  db.collection('dead_letters');

/** What an inbox place or a dead letter is found by. */
export const keyOf = (consumer: string, eventId: string): string => `${consumer}:${eventId}`;

/**
 * Takes an event's place in the inbox for its effect or for its dead letter: the two exclude each other, since
 * both write here. A place that was taken before is dated anew: what still arrives must not be forgotten.
 * @returns whether the effect has not happened yet
 */
export async function takePlace(
  db: Db,
  _id: string,
  at: { readonly session: ClientSession; readonly now: Date; readonly buried: boolean },
): Promise<boolean> {
  const { session, now, buried } = at;
  const place = await inboxOf(db).findOne({ _id }, { session });
  const isFree = place === null || place.buried === true;
  const taken = { processedAt: now, buried: isFree && buried };
  if (place === null) await inboxOf(db).insertOne({ _id, ...taken }, { session });
  else await inboxOf(db).updateOne({ _id }, { $set: taken }, { session });
  return isFree;
}

const sevenDays = 7 * 24 * 60 * 60;

/** Makes the collections and indexes that this folder relies on; a step of the database's first migration. */
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
