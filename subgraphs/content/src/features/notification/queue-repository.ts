import { newId } from '@pcc/platform';
import type { Collection, Db } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import type {
  ChannelName,
  NotificationDraft,
  NotificationFacts,
  NotificationKind,
  QueuedNotification,
} from './model.js';

/** `PENDING` also while claimed: a claim only moves `dueAt` ahead, so one that dies comes back by itself. */
type QueueStatus = 'PENDING' | 'DELIVERED' | 'SKIPPED' | 'FAILED';

interface QueueDocument {
  _id: string;
  recipientId: string;
  /** What caused it; with recipient and channel unique, so that a repeated event enqueues nothing. */
  eventId: string;
  channel: ChannelName;
  kind: NotificationKind;
  courseId: string | null;
  orderId: string | null;
  facts: NotificationFacts;
  status: QueueStatus;
  /** Higher goes first. */
  priority: number;
  dueAt: Date;
  attempts: number;
  claimToken: string | null;
  lastError: string | null;
  createdAt: Date;
  expireAt: Date;
}

/** One notification by one channel. */
export interface NewEntry {
  readonly draft: NotificationDraft;
  readonly channel: ChannelName;
  readonly priority: number;
}

const keptMs = 30 * 24 * 60 * 60 * 1000;
/** Enough to be quick for a course of thousands, few enough to leave others their turn. */
const batchSize = 500;

/** The notification queue: safe for any number of workers in any number of processes. */
export function queueRepository(db: Db) {
  const queue: Collection<QueueDocument> = db.collection('notification_queue');

  /** Ends a claim that is still ours. @returns whether it was */
  const settle = async (
    { id, claimToken }: QueuedNotification,
    change: Partial<QueueDocument>,
    transaction?: Transaction,
  ): Promise<boolean> => {
    const { matchedCount } = await queue.updateOne(
      { _id: id, claimToken },
      { $set: { ...change, claimToken: null } },
      within(transaction),
    );
    return matchedCount === 1;
  };

  return {
    /** One statement for each 500. */
    async enqueue(
      entries: readonly NewEntry[],
      { eventId, now }: { readonly eventId: string; readonly now: Date },
      transaction: Transaction,
    ): Promise<void> {
      const upserts = entries.map(({ draft: { recipientId, ...rest }, channel, priority }) => ({
        updateOne: {
          filter: { recipientId, eventId, channel },
          update: {
            $setOnInsert: {
              _id: newId(),
              ...rest,
              status: 'PENDING' as const,
              priority,
              dueAt: now,
              attempts: 0,
              claimToken: null,
              lastError: null,
              createdAt: now,
              expireAt: new Date(now.getTime() + keptMs),
            },
          },
          upsert: true,
        },
      }));
      for (let from = 0; from < upserts.length; from += batchSize) {
        await queue.bulkWrite(upserts.slice(from, from + batchSize), within(transaction));
      }
    },

    /** Takes the most urgent entry that is due, for `leaseMs`; one atomic statement. */
    async claim(now: Date, leaseMs: number): Promise<QueuedNotification | null> {
      const claimToken = newId();
      const found = await queue.findOneAndUpdate(
        { status: 'PENDING', dueAt: { $lte: now } },
        {
          $set: { dueAt: new Date(now.getTime() + leaseMs), claimToken },
          $inc: { attempts: 1 },
        },
        { sort: { priority: -1, dueAt: 1 }, returnDocument: 'after' },
      );
      if (found === null) return null;
      const { _id, recipientId, channel, kind, courseId, orderId, facts, attempts } = found;
      return {
        id: _id,
        recipientId,
        channel,
        kind,
        courseId,
        orderId,
        facts,
        attempts,
        claimToken,
      };
    },

    /** In the transaction of the delivery's effect, where it has one. */
    markDelivered: (entry: QueuedNotification, transaction?: Transaction) =>
      settle(entry, { status: 'DELIVERED' }, transaction),

    /** The recipient does not want it, or it comes too late. */
    markSkipped: (entry: QueuedNotification) => settle(entry, { status: 'SKIPPED' }),

    retryAt: (entry: QueuedNotification, dueAt: Date, lastError: string) =>
      settle(entry, { dueAt, lastError }),

    markFailed: (entry: QueuedNotification, lastError: string) =>
      settle(entry, { status: 'FAILED', lastError }),
  };
}

export type QueueRepository = ReturnType<typeof queueRepository>;
