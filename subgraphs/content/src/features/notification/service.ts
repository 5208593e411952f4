import type { Work } from '@pcc/events';
import {
  AppError,
  connectionOf,
  isId,
  ok,
  refuse,
  type Clock,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import type { Transaction } from '../../mongo.js';
import { pageByNumber } from '../../page.js';
import {
  channelNames,
  notificationTopic,
  type Notification,
  type NotificationConnection,
  type NotificationDraft,
  type NotificationKind,
  type NotificationPreferences,
} from './model.js';
import type { QueueRepository } from './queue-repository.js';
import type { NotificationRepository } from './repository.js';

interface Deps {
  readonly notifications: NotificationRepository;
  readonly queue: QueueRepository;
  /** Called after the commit that enqueued something. */
  readonly wakeWorker: () => void;
  readonly clock: Clock;
}

const replayPageSize = 100;

/** Money before everything else; what an instructor can read later comes last. */
const priorityOf = (kind: NotificationKind): number => {
  if (kind.startsWith('ORDER_') || kind === 'ENROLLMENT_REFUSED') return 2;
  return kind === 'STUDENT_ENROLLED' || kind === 'DISCUSSION_STARTED' ? 0 : 1;
};

export const notificationService = ({ notifications, queue, wakeWorker, clock }: Deps) => {
  /** Notifications are their recipient's alone; not even an admin reads them. */
  const mustBeSelf = (viewer: Viewer, userId: string): void => {
    if (viewer.mustBeSignedIn() !== userId) throw new AppError('FORBIDDEN');
  };

  return {
    /** Puts drafts into the queue, once per event, recipient and channel, in the event's transaction. */
    async enqueue(
      eventId: string,
      drafts: readonly NotificationDraft[],
      { transaction, afterCommit }: Work<Transaction>,
    ): Promise<void> {
      if (drafts.length === 0) return;
      const entries = drafts.flatMap((draft) =>
        channelNames.map((channel) => ({ draft, channel, priority: priorityOf(draft.kind) })),
      );
      await queue.enqueue(entries, { eventId, now: clock.now() }, transaction);
      afterCommit(wakeWorker);
    },

    /** Newest first. @throws AppError UNAUTHENTICATED; FORBIDDEN for anybody else's */
    async list(
      viewer: Viewer,
      userId: string,
      args: PageArguments & { readonly unreadOnly?: boolean | null | undefined },
    ): Promise<NotificationConnection> {
      mustBeSelf(viewer, userId);
      const { page, after } = pageByNumber(args);
      const unreadOnly = args.unreadOnly === true;
      const rows = await notifications.page(userId, unreadOnly, after, page.limit);
      return connectionOf(
        rows,
        page,
        ({ seq }) => [seq],
        () => notifications.count(userId, unreadOnly),
      );
    },

    /** @throws AppError UNAUTHENTICATED; FORBIDDEN for anybody else's */
    async unreadCount(viewer: Viewer, userId: string): Promise<number> {
      mustBeSelf(viewer, userId);
      return notifications.count(userId, true);
    },

    /** The viewer's own among these, in the order asked; `null` for all others. */
    async byIds(viewer: Viewer, ids: readonly string[]): Promise<(Notification | null)[]> {
      const found = await notifications.byIds(ids.filter(isId));
      const own = new Map(
        found.filter(({ recipientId }) => recipientId === viewer.id).map((one) => [one.id, one]),
      );
      return ids.map((id) => own.get(id) ?? null);
    },

    /** Idempotent: the first time stays. Refuses with NOT_FOUND, also for others' notifications. */
    async markRead(viewer: Viewer, notificationId: string): Promise<Result<Notification>> {
      const userId = viewer.mustBeSignedIn();
      const marked = isId(notificationId)
        ? await notifications.markRead(notificationId, userId, clock.now())
        : null;
      return marked === null
        ? refuse('NOT_FOUND', 'You have no such notification.', 'input.notificationId')
        : ok(marked);
    },

    /** @returns how many were unread */
    async markAllRead(viewer: Viewer): Promise<Result<number>> {
      return ok(await notifications.markAllRead(viewer.mustBeSignedIn(), clock.now()));
    },

    preferences: async (viewer: Viewer): Promise<NotificationPreferences> =>
      notifications.preferencesOf(viewer.mustBeSignedIn()),

    async updatePreferences(
      viewer: Viewer,
      input: NotificationPreferences,
    ): Promise<Result<NotificationPreferences>> {
      const userId = viewer.mustBeSignedIn();
      const preferences = { mutedKinds: [...new Set(input.mutedKinds)] };
      await notifications.savePreferences(userId, preferences, clock.now());
      return ok(preferences);
    },

    /**
     * Where a live stream listens, and where its replay begins.
     * @param after the last `seq` that the client has
     * @throws AppError UNAUTHENTICATED; BAD_USER_INPUT when `after` is negative
     */
    async openStream(
      viewer: Viewer,
      after: number | null,
    ): Promise<{ topics: string[]; position: number }> {
      const userId = viewer.mustBeSignedIn();
      if (after !== null && after < 0) {
        throw new AppError('BAD_USER_INPUT', '"after" must not be negative.');
      }
      const current = await notifications.currentSeq(userId);
      // A position ahead of the store (it was restored from a backup) would swallow what comes next.
      const position = after === null ? current : Math.min(after, current);
      return { topics: [notificationTopic(userId)], position };
    },

    /** Ids of the viewer's notifications behind `after`, oldest first, a bounded page. */
    async replay(
      viewer: Viewer,
      after: number,
    ): Promise<{ events: { id: string; seq: number }[]; complete: boolean }> {
      const userId = viewer.mustBeSignedIn();
      if (!Number.isSafeInteger(after)) {
        throw new AppError('BAD_USER_INPUT', '"after" must be a whole number.');
      }
      const found = await notifications.idsBehind(userId, after, replayPageSize + 1);
      return {
        events: found.slice(0, replayPageSize),
        complete: found.length <= replayPageSize,
      };
    },
  };
};

export type NotificationService = ReturnType<typeof notificationService>;
