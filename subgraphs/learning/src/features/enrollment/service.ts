import type { DomainEvent, UnitOfWork, Work } from '@pcc/events';
import {
  AppError,
  connectionOf,
  isId,
  newId,
  ok,
  pageOf,
  refuse,
  type Clock,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CertificateService } from '../certificate/service.js';
import type { CourseService } from '../course/service.js';
import type { Enrollment, EnrollmentConnection, EnrollmentRefusal, Payment } from './model.js';
import { enrollmentChanges, enrollmentRepository, type Seats } from './repository.js';

export type { Enrollment, EnrollmentConnection } from './model.js';

export interface EnrollmentDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly certificates: CertificateService;
  readonly clock: Clock;
}

export type EnrollmentService = ReturnType<typeof enrollmentService>;

type Claim =
  | { readonly enrollmentId: string; readonly refusal?: never }
  | { readonly refusal: EnrollmentRefusal };

export const enrollmentService = (deps: EnrollmentDeps) => {
  const { database, unitOfWork, courses, certificates, clock } = deps;
  const enrollments = enrollmentRepository(database);

  /** Gives a person a seat, under the lock of the course. Emits `enrollment.created`. */
  const claim = async (
    { transaction, emit }: Work<Database>,
    place: { userId: string; courseId: string },
    payment: Payment | null,
  ): Promise<Claim> => {
    const changes = enrollmentChanges(transaction);
    const seats = await changes.lockSeats(place.courseId);
    const isOpen = seats !== null && (await courses.isOpen(transaction, place.courseId));
    const refusal = refusalOf(isOpen ? seats : null, payment);
    if (refusal !== null && refusal !== 'COURSE_FULL') return { refusal };
    // Before "full": a person who is enrolled should hear that, whatever the number of seats.
    if ((await changes.lockLive(place.userId, place.courseId)) !== null) {
      return { refusal: 'ALREADY_ENROLLED' };
    }
    if (refusal !== null) return { refusal };
    const enrollmentId = newId();
    await changes.insert({ id: enrollmentId, ...place }, payment, clock.now());
    await emit('enrollment.created', {
      aggregateId: enrollmentId,
      data: { enrollmentId, ...place, ...payment },
    });
    return { enrollmentId };
  };

  return {
    /** Enrols the viewer in a free course. */
    async enroll(viewer: Viewer, courseId: string): Promise<Result<Enrollment>> {
      const userId = viewer.mustBeSignedIn();
      const field = 'input.courseId';
      const [course] = await courses.visibleByIds(viewer, [courseId]);
      if (course === undefined) return refuse('NOT_FOUND', 'There is no such course.', field);
      return unitOfWork.run(async (work) => {
        const claimed = await claim(work, { userId, courseId: course.id }, null);
        return claimed.refusal === undefined
          ? ok(await enrollmentChanges(work.transaction).get(claimed.enrollmentId))
          : refuse(claimed.refusal, refusalMessages[claimed.refusal], field);
      });
    },

    /** Enrols each line of a paid order, or emits `enrollment.refused`, so that its money goes back. */
    async enrollPaid(event: DomainEvent<'order.paid'>, work: Work<Database>): Promise<void> {
      const { orderId, userId, lines } = event.data;
      const changes = enrollmentChanges(work.transaction);
      await changes.lockOrder(orderId);
      const knownUser = isId(userId) && (await changes.userExists(userId));
      // Courses are locked in one order, so that two orders never wait for each other.
      const ordered = [...lines].sort((a, b) => (a.courseId < b.courseId ? -1 : 1));
      for (const { orderLineId, courseId } of ordered) {
        if (await changes.isLineSettled(orderLineId)) continue;
        const claimed: Claim =
          knownUser && isId(courseId)
            ? await claim(work, { userId, courseId }, { orderId, orderLineId })
            : { refusal: 'COURSE_NOT_AVAILABLE' };
        if (claimed.refusal === undefined) continue;
        await work.emit('enrollment.refused', {
          aggregateId: orderLineId,
          data: { userId, courseId, orderId, orderLineId, reason: claimed.refusal },
        });
      }
    },

    /** Ends what the refunded lines paid for. Emits `enrollment.ended`. */
    async endRefunded(event: DomainEvent<'order.refunded'>, work: Work<Database>): Promise<void> {
      const { orderId, lines } = event.data;
      const changes = enrollmentChanges(work.transaction);
      await changes.lockOrder(orderId);
      const ordered = [...lines].sort((a, b) => (a.courseId < b.courseId ? -1 : 1));
      for (const { orderLineId } of ordered) {
        await changes.rememberRefund({ orderId, orderLineId }, event.occurredAt);
        const found = await changes.findByOrderLine(orderLineId);
        if (found === null) continue;
        await changes.lockSeats(found.courseId);
        if (!(await changes.end(found, 'REFUNDED', clock.now()))) continue;
        await certificates.revoke(work, found.id);
        const { id: enrollmentId, userId, courseId } = found;
        await work.emit('enrollment.ended', {
          aggregateId: enrollmentId,
          data: { enrollmentId, userId, courseId, reason: 'REFUNDED' },
        });
      }
    },

    /** The viewer's live enrolment in a course, locked until the transaction ends. */
    lockLive: ({ transaction }: Work<Database>, userId: string, courseId: string) =>
      enrollmentChanges(transaction).lockLive(userId, courseId),

    get: ({ transaction }: Work<Database>, id: string) => enrollmentChanges(transaction).get(id),

    /**
     * Completes enrolments with nothing left to do: all published lessons completed, all quizzes passed.
     * Called after each step that may have been the last, in its transaction. Emits `course.completed`, and
     * issues the certificates.
     */
    async completeEligible(
      work: Work<Database>,
      scope: { courseId: string } | { enrollmentId: string },
    ): Promise<void> {
      const changes = enrollmentChanges(work.transaction);
      const completed = await changes.completeEligible(scope, clock.now());
      if (completed.length === 0) return;
      for (const { id: enrollmentId, userId, courseId } of completed) {
        await work.emit('course.completed', {
          aggregateId: enrollmentId,
          data: { enrollmentId, userId, courseId },
        });
      }
      await certificates.issue(
        work,
        completed.map(({ id }) => id),
      );
    },

    visibleByIds: (viewer: Viewer, ids: readonly string[]): Promise<Enrollment[]> =>
      enrollments.findVisible(viewer, ids.filter(isId)),

    /** The viewer's live enrolments in these courses. */
    async liveOfViewer(viewer: Viewer, courseIds: readonly string[]): Promise<Enrollment[]> {
      return viewer.id === null ? [] : enrollments.liveOf(viewer.id, courseIds);
    },

    /** Of enrolments that the viewer was shown. */
    nextLessonIds: (enrollmentIds: readonly string[]) => enrollments.nextLessonIds(enrollmentIds),

    /** @throws AppError FORBIDDEN unless it is the viewer's own list, or she is an admin */
    async list(viewer: Viewer, userId: string, args: PageArguments): Promise<EnrollmentConnection> {
      if (viewer.mustBeSignedIn() !== userId && !viewer.isAdmin) throw new AppError('FORBIDDEN');
      const page = pageOf(args, 2);
      const [at, id] = page.after ?? [0, userId];
      if (typeof at !== 'number' || Number.isNaN(new Date(at).getTime()) || !isId(String(id))) {
        throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
      }
      return connectionOf(
        await enrollments.pageOf(userId, page),
        page,
        (row) => [row.enrolledAt.getTime(), row.id],
        () => enrollments.countOf(userId),
      );
    },
  };
};

const refusalMessages: Record<EnrollmentRefusal, string> = {
  COURSE_NOT_AVAILABLE: 'This course takes no enrolments.',
  PAYMENT_REQUIRED: 'This course has to be bought.',
  ALREADY_ENROLLED: 'You are enrolled already.',
  COURSE_FULL: 'All seats are taken.',
};

/** Why the course, as it is now, gives nobody a seat; null when it does. */
export function refusalOf(seats: Seats | null, payment: Payment | null): EnrollmentRefusal | null {
  if (seats?.status !== 'PUBLISHED') return 'COURSE_NOT_AVAILABLE';
  if (seats.access === 'PAID' && payment === null) return 'PAYMENT_REQUIRED';
  if (seats.capacity !== null && seats.enrolledCount >= seats.capacity) return 'COURSE_FULL';
  return null;
}
