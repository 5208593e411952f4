import type { DomainEvent, EventType, Work } from '@pcc/events';
import {
  AppError,
  connectionOf,
  pageOf,
  type Clock,
  type PageArguments,
  type Viewer,
} from '@pcc/platform';
import { timeCursor } from '../../cursors.js';
import type { Database } from '../../database.js';
import type {
  LearningDay,
  LearningDayConnection,
  UserActivity,
  UserActivityConnection,
} from './model.js';
import { activityRepository } from './repository.js';

export type {
  LearningDay,
  LearningDayConnection,
  UserActivity,
  UserActivityConnection,
} from './model.js';

/** DESIGN section 8. */
const shownMs = 90 * 24 * 60 * 60 * 1000;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;

export type ActivityService = ReturnType<typeof activityService>;

/** What people did lately. Fed by this subgraph's own events, each in the transaction of its inbox row. */
export const activityService = (deps: { readonly database: Database; readonly clock: Clock }) => {
  const { database, clock } = deps;
  const activities = activityRepository(database);

  return {
    /** Remembers what a person did. */
    async record(
      event: Pick<DomainEvent<EventType>, 'eventId' | 'occurredAt'>,
      { transaction }: Work<Database>,
      activity: Pick<UserActivity, 'userId' | 'kind'> & { readonly courseId?: string },
    ): Promise<void> {
      const { userId, kind, courseId = null } = activity;
      const { eventId: id, occurredAt } = event;
      await activityRepository(transaction).insert({ id, userId, kind, courseId, occurredAt });
    },

    /** Adds to the day on which it happened. */
    async count(
      { occurredAt }: Pick<DomainEvent<EventType>, 'occurredAt'>,
      { transaction }: Work<Database>,
      learner: { readonly userId: string; readonly courseId: string },
      more: Partial<Omit<LearningDay, 'day'>>,
    ): Promise<void> {
      const nothing = { seconds: 0, lessonsCompleted: 0, quizAttempts: 0 };
      const day = occurredAt.toISOString().slice(0, 10);
      await activityRepository(transaction).add(learner, { ...nothing, ...more, day });
    },

    /** Of 90 days, newest first. @throws AppError FORBIDDEN unless it is the viewer's own, or she is an admin */
    async list(
      viewer: Viewer,
      userId: string,
      args: PageArguments,
    ): Promise<UserActivityConnection> {
      if (viewer.mustBeSignedIn() !== userId && !viewer.isAdmin) throw new AppError('FORBIDDEN');
      const page = timeCursor(pageOf(args, 2));
      const since = new Date(clock.now().getTime() - shownMs);
      return connectionOf(
        await activities.pageOf(userId, since, page),
        page,
        (row) => [row.occurredAt.getTime(), row.id],
        () => activities.countOf(userId, since),
      );
    },

    /** The days of an enrolment that the viewer was shown, newest first. */
    async days(
      learner: { readonly userId: string; readonly courseId: string },
      args: PageArguments,
    ): Promise<LearningDayConnection> {
      const page = pageOf(args, 1);
      if (page.after !== null && !dayForm.test(String(page.after[0]))) {
        throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
      }
      return connectionOf(
        await activities.daysOf(learner, page),
        page,
        (row) => [row.day],
        () => activities.countDays(learner),
      );
    },

    /** Makes months ahead, and drops old ones. @returns false: once is enough */
    async maintain(): Promise<boolean> {
      await activities.maintainPartitions(clock.now());
      return false;
    },
  };
};
