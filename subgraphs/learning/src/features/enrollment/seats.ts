import type { Work } from '@pcc/events';
import { newId, type Clock } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CertificateService } from '../certificate/service.js';
import type { CoursePrerequisiteService } from '../course-prerequisite/service.js';
import type { CourseService } from '../course/service.js';
import type { WaitingListService } from '../waiting-list/service.js';
import { enrollmentChanges } from './changes-repository.js';
import type { Admission, EndReason, EnrollmentRefusal, EnrollmentSource, Seats } from './model.js';

/** What one transaction ends or admits at most; the job goes on with the rest. */
const batch = 200;

export interface SeatDeps {
  readonly courses: CourseService;
  readonly coursePrerequisites: CoursePrerequisiteService;
  readonly certificates: CertificateService;
  readonly waitingList: WaitingListService;
  readonly clock: Clock;
}

export type Claim =
  | { readonly enrollmentId: string; readonly refusal?: never }
  | { readonly refusal: EnrollmentRefusal; readonly message: string };

interface Place {
  readonly userId: string;
  readonly courseId: string;
}

/** Who gets a seat, and who comes next. All of it happens under the course's lock, which `open` takes. */
export const seatKeeper = (deps: SeatDeps) => {
  const { courses, coursePrerequisites, certificates, waitingList, clock } = deps;

  /** Enrols these people. Emits `enrollment.created` for each. */
  const seat = async (
    { transaction, emit }: Work<Database>,
    courseId: string,
    userIds: readonly string[],
    admission: Admission,
  ): Promise<string[]> => {
    const places = userIds.map((userId) => ({ id: newId(), userId, courseId }));
    await enrollmentChanges(transaction).insert(places, admission, clock.now());
    const { source, payment } = admission;
    for (const { id: enrollmentId, userId } of places) {
      const data = { enrollmentId, userId, courseId, source, ...payment };
      await emit('enrollment.created', { aggregateId: enrollmentId, data });
    }
    return places.map(({ id }) => id);
  };

  /** Ends enrolments of one course. Emits `enrollment.ended` for each; a refund takes back its certificate too. */
  const end = async (
    work: Work<Database>,
    courseId: string,
    ids: readonly string[],
    reason: EndReason,
  ): Promise<number> => {
    const changes = enrollmentChanges(work.transaction);
    const ended = await changes.end(courseId, ids, reason, clock.now());
    for (const { id: enrollmentId, userId, version } of ended) {
      if (reason === 'REFUNDED')
        await certificates.revoke(work, { enrollmentId, userId, courseId });
      await work.emit('enrollment.ended', {
        aggregateId: enrollmentId,
        aggregateVersion: version,
        data: { enrollmentId, userId, courseId, reason },
      });
    }
    return ended.length;
  };

  /**
   * Ends what has expired, takes back offers that nobody used, and gives what is free to the first in line: a
   * seat of a free course at once, one of a paid course as an offer. Two of these cannot run for one course,
   * so nobody is admitted twice.
   */
  const settle = async (work: Work<Database>, courseId: string): Promise<Seats | null> => {
    const changes = enrollmentChanges(work.transaction);
    let course = await changes.lockCourse(courseId);
    if (course === null) return null;
    let line = await waitingList.lineOf(work, courseId);
    const overdue = await changes.overdue(courseId, clock.now(), batch);
    if (overdue.length > 0 || line.overdueOffers > 0) {
      await end(work, courseId, overdue, 'EXPIRED');
      await waitingList.expireOffers(work, courseId);
      course = (await changes.lockCourse(courseId)) ?? course;
      line = await waitingList.lineOf(work, courseId);
    }
    const isOpen = await courses.isOpen(work.transaction, courseId);
    const seats = { ...course, isOpen, heldCount: line.held, waitingCount: line.waiting };
    if (!seats.isOpen || seats.waitingCount === 0) return seats;
    const count = Math.min(freeSeats(seats), seats.waitingCount, batch);
    if (count <= 0) return seats;
    if (seats.access === 'PAID') {
      await waitingList.offer(work, courseId, count);
      return {
        ...seats,
        heldCount: seats.heldCount + count,
        waitingCount: seats.waitingCount - count,
      };
    }
    const admitted = await waitingList.admit(work, courseId, count);
    const userIds = admitted.map(({ userId }) => userId);
    await seat(work, courseId, userIds, { source: 'WAITING_LIST' });
    return {
      ...seats,
      enrolledCount: seats.enrolledCount + admitted.length,
      waitingCount: seats.waitingCount - admitted.length,
    };
  };

  /** Which courses a person must complete first, as a refusal; null when there is none. */
  const unprepared = async (
    { transaction }: Work<Database>,
    { userId, courseId }: Place,
  ): Promise<(Claim & { readonly refusal: EnrollmentRefusal }) | null> => {
    const titles = await coursePrerequisites.missingTitles(transaction, courseId, userId);
    if (titles.length === 0) return null;
    const named = titles.map((title) => `"${title}"`).join(', ');
    return {
      refusal: 'COURSE_PREREQUISITES_MISSING',
      message: `Complete these courses first: ${named}.`,
    };
  };

  return {
    settle,
    seat,
    unprepared,

    /** Ends enrolments and gives their seats to the first in line. @returns how many had not ended already */
    async release(
      work: Work<Database>,
      courseId: string,
      ids: readonly string[],
      reason: EndReason,
    ): Promise<number> {
      await enrollmentChanges(work.transaction).lockCourse(courseId);
      const count = await end(work, courseId, ids, reason);
      if (count > 0) await settle(work, courseId);
      return count;
    },

    /** Gives a person a seat, if there is one for her. */
    async claim(work: Work<Database>, place: Place, admission: Admission): Promise<Claim> {
      const { userId, courseId } = place;
      const changes = enrollmentChanges(work.transaction);
      const seats = await settle(work, courseId);
      const entry = await waitingList.find(work, courseId, userId);
      const refusal = refusalOf(seats, admission, entry?.status === 'OFFERED');
      if (refusal !== null && refusal !== 'COURSE_FULL') return refused(refusal);
      // Before "full": a person who is enrolled should hear that, whatever the number of seats.
      if ((await changes.lockLive(userId, courseId, clock.now())) !== null) {
        return refused('ALREADY_ENROLLED');
      }
      const missing = admitsUnprepared.has(admission.source) ? null : await unprepared(work, place);
      if (missing !== null) return missing;
      if (refusal !== null) return refused(refusal);
      await end(work, courseId, await changes.overdueOf(courseId, userId, clock.now()), 'EXPIRED');
      if (entry !== null) await waitingList.close(work, entry);
      const [enrollmentId = ''] = await seat(work, courseId, [userId], admission);
      return { enrollmentId };
    },
  };
};

/** Somebody who teaches the course has decided that she may. */
const admitsUnprepared: ReadonlySet<EnrollmentSource> = new Set(['INVITATION', 'COHORT', 'ADMIN']);

const refusalMessages: Record<EnrollmentRefusal, string> = {
  COURSE_NOT_AVAILABLE: 'This course takes no enrolments.',
  PAYMENT_REQUIRED: 'This course has to be bought.',
  ALREADY_ENROLLED: 'You are enrolled already.',
  COURSE_PREREQUISITES_MISSING: 'Other courses come before this one.',
  COURSE_FULL: 'All seats are taken.',
};

/** Why a person gets no place, in words too. */
export const refused = (refusal: EnrollmentRefusal) => ({
  refusal,
  message: refusalMessages[refusal],
});

export type SeatKeeper = ReturnType<typeof seatKeeper>;

/** Neither taken nor kept for somebody. */
export const freeSeats = ({ capacity, enrolledCount, heldCount }: Seats): number =>
  capacity === null ? Infinity : capacity - enrolledCount - heldCount;

/**
 * Why the course, as it is now, gives this person no seat; null when it does. Whoever is invited, or enrolled
 * by somebody, does not pay.
 * @param isOffered whether one of the seats that are kept is kept for her
 */
export function refusalOf(
  seats: Seats | null,
  { source }: Pick<Admission, 'source'>,
  isOffered: boolean,
): EnrollmentRefusal | null {
  if (!seats?.isOpen) return 'COURSE_NOT_AVAILABLE';
  if (seats.access === 'PAID' && source === 'FREE') return 'PAYMENT_REQUIRED';
  // The one that is kept for her; unless the author has taken it away meanwhile.
  if (isOffered) return freeSeats({ ...seats, heldCount: 0 }) < 1 ? 'COURSE_FULL' : null;
  // Whoever waits goes before whoever comes.
  return freeSeats(seats) < 1 || seats.waitingCount > 0 ? 'COURSE_FULL' : null;
}
