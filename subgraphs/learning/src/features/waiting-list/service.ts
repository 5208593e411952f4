import type { Work } from '@pcc/events';
import { newId, type Clock, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Line, WaitingListEntry } from './model.js';
import { waitingListRepository } from './repository.js';

export type { WaitingListEntry } from './model.js';

/** How long a seat of a paid course is kept for the first in line. */
export const offerMs = 48 * 60 * 60 * 1000;

export type WaitingListService = ReturnType<typeof waitingListService>;

/** The lines for full courses. Who may join, and when a seat is free, is decided by the enrolment feature. */
export const waitingListService = (deps: {
  readonly database: Database;
  readonly clock: Clock;
}) => {
  const { database, clock } = deps;
  const waitingList = waitingListRepository(database);

  return {
    lineOf: ({ transaction }: Work<Database>, courseId: string): Promise<Line> =>
      waitingListRepository(transaction).lineOf(courseId, clock.now()),

    find: ({ transaction }: Work<Database>, courseId: string, userId: string) =>
      waitingListRepository(transaction).find(courseId, userId),

    /** Puts a person at the end of the line. Emits `waiting_list.joined`. */
    async join({ transaction, emit }: Work<Database>, courseId: string, userId: string) {
      const id = newId();
      await waitingListRepository(transaction).join({ id, courseId, userId }, clock.now());
      await emit('waiting_list.joined', { aggregateId: id, data: { courseId, userId } });
    },

    /** Emits `waiting_list.left`. */
    async leave({ transaction, emit }: Work<Database>, entry: WaitingListEntry) {
      const { id, courseId, userId } = entry;
      await waitingListRepository(transaction).close(id, 'LEFT', clock.now());
      await emit('waiting_list.left', { aggregateId: id, data: { courseId, userId } });
    },

    /** She has a seat, on whatever way. */
    close: ({ transaction }: Work<Database>, entry: Pick<WaitingListEntry, 'id'>) =>
      waitingListRepository(transaction).close(entry.id, 'ENROLLED', clock.now()),

    /** Emits `waiting_list.offer_expired` for each. */
    async expireOffers({ transaction, emit }: Work<Database>, courseId: string) {
      const expired = await waitingListRepository(transaction).expireOffers(courseId, clock.now());
      for (const { id, userId } of expired) {
        await emit('waiting_list.offer_expired', { aggregateId: id, data: { courseId, userId } });
      }
    },

    /** Takes the first so many out of the line. @returns them, in its order: they must be enrolled now */
    admit: ({ transaction }: Work<Database>, courseId: string, count: number) =>
      waitingListRepository(transaction).admit(courseId, count, clock.now()),

    /** Keeps a seat for each of the first so many. Emits `waiting_list.offered`. */
    async offer({ transaction, emit }: Work<Database>, courseId: string, count: number) {
      const expiresAt = new Date(clock.now().getTime() + offerMs);
      const offered = await waitingListRepository(transaction).offer(courseId, count, expiresAt);
      for (const { id, userId } of offered) {
        const data = { courseId, userId, expiresAt: expiresAt.toISOString() };
        await emit('waiting_list.offered', { aggregateId: id, data });
      }
    },

    /** The viewer's own places. */
    async ofViewer(viewer: Viewer, courseIds: readonly string[]): Promise<WaitingListEntry[]> {
      return viewer.id === null ? [] : waitingList.ofUser(viewer.id, courseIds);
    },

    /** How many wait; public, like the number of seats. */
    waitingCounts: (courseIds: readonly string[]) => waitingList.waitingCounts(courseIds),
  };
};
