import type { DomainEvent, UnitOfWork, Work } from '@pcc/events';
import {
  AppError,
  connectionOf,
  isId,
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
import { enrollmentChanges } from './changes-repository.js';
import type { Enrollment, EnrollmentConnection, HistoryEntry } from './model.js';
import { enrollmentRepository, type ListScope } from './repository.js';
import { refused, type Claim, type SeatKeeper } from './seats.js';

export type { Enrollment, EnrollmentConnection, HistoryEntry } from './model.js';

export interface EnrollmentDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly certificates: CertificateService;
  readonly seats: SeatKeeper;
  readonly clock: Clock;
}

export type EnrollmentService = ReturnType<typeof enrollmentService>;

/** Enrolments as other features and events meet them; `admissionService` is for the people themselves. */
export const enrollmentService = (deps: EnrollmentDeps) => {
  const { database, unitOfWork, courses, certificates, seats, clock } = deps;
  const enrollments = enrollmentRepository(database);

  return {
    /** Gives a person a seat under the course's lock; it is waited for. Emits `enrollment.created`. */
    claim: (...call: Parameters<SeatKeeper['claim']>) => seats.claim(...call),

    /** Ends enrolments of a course; what is free goes to the first in line. Emits `enrollment.ended`. */
    release: (...call: Parameters<SeatKeeper['release']>) => seats.release(...call),

    /** After a course got more seats: the first in line get them. */
    async seatsChanged(work: Work<Database>, courseId: string): Promise<void> {
      await seats.settle(work, courseId);
    },

    /**
     * One course in which something is overdue: ends what has expired, takes back offers, admits who waits.
     * @returns whether there was one; others' are left to them
     */
    settleNext: (): Promise<boolean> =>
      unitOfWork.run(async (work) => {
        const courseId = await enrollmentChanges(work.transaction).lockUnsettled(clock.now());
        if (courseId !== null) await seats.settle(work, courseId);
        return courseId !== null;
      }),

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
        const admission = { source: 'ORDER', payment: { orderId, orderLineId } } as const;
        const claimed: Claim =
          knownUser && isId(courseId)
            ? await seats.claim(work, { userId, courseId }, admission)
            : refused('COURSE_NOT_AVAILABLE');
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
        if (found !== null) await seats.release(work, found.courseId, [found.id], 'REFUNDED');
      }
    },

    /**
     * A person's live enrolment in a course, locked until the transaction ends, if she may learn there now.
     * Refuses with NOT_ENROLLED, ENROLLMENT_SUSPENDED or NOT_STARTED.
     */
    async lockForLearning(
      { transaction }: Work<Database>,
      userId: string,
      courseId: string,
      field: string,
    ): Promise<Result<Enrollment>> {
      const changes = enrollmentChanges(transaction);
      const found = await changes.lockLive(userId, courseId, clock.now());
      if (found === null) return refuse('NOT_ENROLLED', 'Enrol in the course first.', field);
      if (found.status === 'SUSPENDED') {
        return refuse('ENROLLMENT_SUSPENDED', 'Your enrolment is suspended.', field);
      }
      const begin = found.source === 'COHORT' ? await changes.beginOf(found.id) : null;
      if (begin !== null && begin > clock.now()) {
        return refuse('NOT_STARTED', `Your cohort begins at ${begin.toISOString()}.`, field);
      }
      return ok(found);
    },

    /** A person's live enrolment in a course, suspended or not. Under the course's lock. */
    async liveIdOf({ transaction }: Work<Database>, userId: string, courseId: string) {
      const found = await enrollmentChanges(transaction).lockLive(userId, courseId, clock.now());
      return found?.id ?? null;
    },

    /** Under the lock of its course or its own. */
    async get({ transaction }: Work<Database>, id: string): Promise<Enrollment> {
      const found = await enrollmentChanges(transaction).find(id, clock.now());
      if (found === null) throw new Error('an enrolment vanished inside its transaction');
      return found;
    },

    /**
     * Completes enrolments with nothing left to do, by their course's rule (completion.ts).
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
      enrollments.findVisible(viewer, ids.filter(isId), clock.now()),

    /** The viewer's live enrolments in these courses. */
    async liveOfViewer(viewer: Viewer, courseIds: readonly string[]): Promise<Enrollment[]> {
      return viewer.id === null ? [] : enrollments.liveOf(viewer.id, courseIds, clock.now());
    },

    /** Of enrolments that the viewer was shown. */
    nextLessonIds: (enrollmentIds: readonly string[]) => enrollments.nextLessonIds(enrollmentIds),

    /** Of enrolments that the viewer was shown. */
    historyOf: (enrollmentIds: readonly string[]): Promise<HistoryEntry[]> =>
      enrollments.historyOf(enrollmentIds),

    /** @throws AppError FORBIDDEN unless it is the viewer's own list, or she is an admin */
    async list(viewer: Viewer, userId: string, args: PageArguments): Promise<EnrollmentConnection> {
      if (viewer.mustBeSignedIn() !== userId && !viewer.isAdmin) throw new AppError('FORBIDDEN');
      return this.page({ userId }, args);
    },

    /** The roster of a course. @throws AppError FORBIDDEN unless the viewer teaches it, or is an admin */
    async roster(
      viewer: Viewer,
      courseId: string,
      args: PageArguments,
    ): Promise<EnrollmentConnection> {
      await courses.mustTeach(viewer, courseId);
      return this.page({ courseId }, args);
    },

    /** One list, newest first. Whoever asks for it has checked who may see it. */
    async page(scope: ListScope, args: PageArguments): Promise<EnrollmentConnection> {
      const page = pageOf(args, 2);
      const [at, id] = page.after ?? [0, ''];
      const known = page.after === null || isId(String(id));
      if (typeof at !== 'number' || Number.isNaN(new Date(at).getTime()) || !known) {
        throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
      }
      return connectionOf(
        await enrollments.pageOf(scope, page, clock.now()),
        page,
        (row) => [row.enrolledAt.getTime(), row.id],
        () => enrollments.countOf(scope),
      );
    },
  };
};
