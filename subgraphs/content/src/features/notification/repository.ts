import type { Collection, Db, Filter } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import type {
  Message,
  Notification,
  NotificationKind,
  NotificationPreferences,
  QueuedNotification,
} from './model.js';

interface LogDocument {
  /** The queue entry's id: what was delivered once cannot be inserted twice. */
  _id: string;
  recipientId: string;
  channel: 'in_app';
  seq: number;
  kind: NotificationKind;
  title: string;
  body: string;
  language: string;
  courseId: string | null;
  orderId: string | null;
  createdAt: Date;
  readAt: Date | null;
}

interface CounterDocument {
  /** The recipient. */
  _id: string;
  seq: number;
}

interface PreferencesDocument {
  /** The user. */
  _id: string;
  mutedKinds: NotificationKind[];
  updatedAt: Date;
}

const notificationOf = ({ _id, ...log }: LogDocument): Notification => ({
  id: _id,
  recipientId: log.recipientId,
  seq: log.seq,
  kind: log.kind,
  title: log.title,
  body: log.body,
  courseId: log.courseId,
  orderId: log.orderId,
  createdAt: log.createdAt,
  readAt: log.readAt,
});

const inAppOf = (recipientId: string, unreadOnly: boolean): Filter<LogDocument> => ({
  recipientId,
  channel: 'in_app',
  ...(unreadOnly ? { readAt: null } : {}),
});

/** Delivered notifications and people's choices. */
export function notificationRepository(db: Db) {
  const logs: Collection<LogDocument> = db.collection('notification_logs');
  const counters: Collection<CounterDocument> = db.collection('notification_counters');
  const preferences: Collection<PreferencesDocument> = db.collection('notification_preferences');

  return {
    /**
     * Inserts a delivered notification with the recipient's next `seq`. Both are one transaction's, so a
     * `seq` is never skipped, and never visible before those below it.
     */
    async insert(
      entry: QueuedNotification,
      message: Message,
      createdAt: Date,
      transaction: Transaction,
    ): Promise<number> {
      const counter = await counters.findOneAndUpdate(
        { _id: entry.recipientId },
        { $inc: { seq: 1 } },
        { upsert: true, returnDocument: 'after', ...within(transaction) },
      );
      if (counter === null) throw new Error('an upsert returns its document');
      await logs.insertOne(
        {
          _id: entry.id,
          recipientId: entry.recipientId,
          channel: 'in_app',
          seq: counter.seq,
          kind: entry.kind,
          title: message.title,
          body: message.body,
          language: message.language,
          courseId: entry.courseId,
          orderId: entry.orderId,
          createdAt,
          readAt: null,
        },
        within(transaction),
      );
      return counter.seq;
    },

    async byIds(ids: readonly string[]): Promise<Notification[]> {
      return (await logs.find({ _id: { $in: [...ids] } }).toArray()).map(notificationOf);
    },

    async page(
      recipientId: string,
      unreadOnly: boolean,
      before: number | null,
      limit: number,
    ): Promise<Notification[]> {
      const found = await logs
        .find({
          ...inAppOf(recipientId, unreadOnly),
          ...(before === null ? {} : { seq: { $lt: before } }),
        })
        .sort({ seq: -1 })
        .limit(limit)
        .toArray();
      return found.map(notificationOf);
    },

    /** What came behind `after`, in ascending `seq`. */
    async idsBehind(
      recipientId: string,
      after: number,
      limit: number,
    ): Promise<{ id: string; seq: number }[]> {
      const found = await logs
        .find({ ...inAppOf(recipientId, false), seq: { $gt: after } })
        .sort({ seq: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, seq }) => ({ id: _id, seq }));
    },

    count: (recipientId: string, unreadOnly: boolean): Promise<number> =>
      logs.countDocuments(inAppOf(recipientId, unreadOnly)),

    /** The recipient's newest `seq`; 0 before the first. */
    async currentSeq(recipientId: string): Promise<number> {
      return (await counters.findOne({ _id: recipientId }))?.seq ?? 0;
    },

    /** `null` when the recipient has no such notification. */
    async markRead(id: string, recipientId: string, readAt: Date): Promise<Notification | null> {
      const marked = await logs.findOneAndUpdate(
        { _id: id, recipientId, channel: 'in_app', readAt: null },
        { $set: { readAt } },
        { returnDocument: 'after' },
      );
      const found = marked ?? (await logs.findOne({ _id: id, recipientId, channel: 'in_app' }));
      return found === null ? null : notificationOf(found);
    },

    async markAllRead(recipientId: string, readAt: Date): Promise<number> {
      const { modifiedCount } = await logs.updateMany(inAppOf(recipientId, true), {
        $set: { readAt },
      });
      return modifiedCount;
    },

    async preferencesOf(userId: string): Promise<NotificationPreferences> {
      return { mutedKinds: (await preferences.findOne({ _id: userId }))?.mutedKinds ?? [] };
    },

    async savePreferences(
      userId: string,
      { mutedKinds }: NotificationPreferences,
      updatedAt: Date,
    ): Promise<void> {
      await preferences.updateOne(
        { _id: userId },
        { $set: { mutedKinds: [...mutedKinds], updatedAt } },
        { upsert: true },
      );
    },
  };
}

export type NotificationRepository = ReturnType<typeof notificationRepository>;
