import type { UnitOfWork, Work } from '@pcc/events';
import { isId, ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { AccountService } from '../account/service.js';
import type { CourseService } from '../course/service.js';
import { enrollmentChanges } from './changes-repository.js';
import type { Enrollment } from './model.js';
import type { SeatKeeper } from './seats.js';

export interface EnrollmentAdministrationDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly seats: SeatKeeper;
  readonly clock: Clock;
}

type Act = 'ENROLLED' | 'SUSPENDED' | 'RESUMED' | 'ENDED' | 'EXPIRY_CHANGED' | 'PROGRESS_RESET';

const enrollmentField = 'input.enrollmentId';

export type EnrollmentAdministration = ReturnType<typeof enrollmentAdministration>;

/** What the staff does about others' enrolments: each act emits `enrollment.administered`, for the audit. */
export const enrollmentAdministration = (deps: EnrollmentAdministrationDeps) => {
  const { unitOfWork, accounts, courses, seats, clock } = deps;

  const account = async (
    { emit }: Work<Database>,
    viewer: Viewer,
    { id: enrollmentId, userId, courseId }: Enrollment,
    action: Act,
  ) =>
    emit('enrollment.administered', {
      aggregateId: enrollmentId,
      data: { enrollmentId, userId, courseId, actorId: viewer.mustBeSignedIn(), action },
    });

  /** A live enrolment of a course that the viewer teaches, under the course's lock. */
  const change = (
    viewer: Viewer,
    enrollmentId: string,
    act: (work: Work<Database>, enrollment: Enrollment) => Promise<Result<Act>>,
  ): Promise<Result<Enrollment>> => {
    viewer.mustHaveRole('instructor', 'admin');
    if (!isId(enrollmentId)) return Promise.resolve(noSuchEnrollment);
    return unitOfWork.run(async (work) => {
      const changes = enrollmentChanges(work.transaction);
      const found = await changes.find(enrollmentId, clock.now());
      if (found === null) return noSuchEnrollment;
      const managed = await courses.mustManage(
        work.transaction,
        viewer,
        found.courseId,
        enrollmentField,
      );
      // Others' enrolments are none of her business, and neither is whether they exist.
      if (!managed.ok) return noSuchEnrollment;
      const enrollment = await changes.find(enrollmentId, clock.now());
      if (enrollment === null) return noSuchEnrollment;
      if (enrollment.status === 'ENDED') {
        return refuse('ENROLLMENT_ENDED', 'This enrolment has ended.', enrollmentField);
      }
      const action = await act(work, enrollment);
      if (!action.ok) return action;
      await account(work, viewer, enrollment, action.value);
      return ok((await changes.find(enrollmentId, clock.now())) ?? enrollment);
    });
  };

  const setSuspended = (viewer: Viewer, enrollmentId: string, suspend: boolean) =>
    change(viewer, enrollmentId, async ({ transaction, emit }, enrollment) => {
      const from = suspend ? 'ACTIVE' : 'SUSPENDED';
      if (enrollment.status !== from) {
        const message = suspend
          ? 'Only an active enrolment can be suspended.'
          : 'It is not suspended.';
        return refuse(suspend ? 'NOT_ACTIVE' : 'NOT_SUSPENDED', message, enrollmentField);
      }
      const changes = enrollmentChanges(transaction);
      await changes.setSuspended(enrollment.id, suspend ? clock.now() : null);
      const state = suspend ? 'SUSPENDED' : 'ACTIVE';
      const act: Act = suspend ? 'SUSPENDED' : 'RESUMED';
      await changes.remember([enrollment], state, act, clock.now());
      const { id: enrollmentId, userId, courseId, version } = enrollment;
      await emit(suspend ? 'enrollment.suspended' : 'enrollment.resumed', {
        aggregateId: enrollmentId,
        aggregateVersion: version + 1,
        data: { enrollmentId, userId, courseId },
      });
      return ok(act);
    });

  return {
    /** Enrols somebody in any published course, paid ones too. Admins only. */
    async enroll(
      viewer: Viewer,
      input: { courseId: string; userId: string; expiresAt?: Date | null | undefined },
    ): Promise<Result<Enrollment>> {
      viewer.mustHaveRole('admin');
      const { courseId, userId, expiresAt = null } = input;
      const [student] = await accounts.visibleByIds(viewer, [userId]);
      if (student === undefined) {
        return refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
      }
      const [course] = await courses.visibleByIds(viewer, [courseId]);
      if (course === undefined) {
        return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
      }
      if (expiresAt !== null && expiresAt <= clock.now()) return inThePast;
      return unitOfWork.run(async (work) => {
        const claimed = await seats.claim(
          work,
          { userId, courseId },
          { source: 'ADMIN', expiresAt },
        );
        if (claimed.refusal !== undefined) {
          return refuse(claimed.refusal, claimed.message, 'input.courseId');
        }
        const changes = enrollmentChanges(work.transaction);
        const enrollment = await changes.find(claimed.enrollmentId, clock.now());
        if (enrollment === null) return noSuchEnrollment;
        await account(work, viewer, enrollment, 'ENROLLED');
        return ok(enrollment);
      });
    },

    /** Emits `enrollment.suspended`. */
    suspend: (viewer: Viewer, enrollmentId: string) => setSuspended(viewer, enrollmentId, true),

    /** Emits `enrollment.resumed`. */
    resume: (viewer: Viewer, enrollmentId: string) => setSuspended(viewer, enrollmentId, false),

    /** Emits `enrollment.ended`. */
    end: (viewer: Viewer, enrollmentId: string) =>
      change(viewer, enrollmentId, async (work, { id, courseId }) => {
        await seats.release(work, courseId, [id], 'CANCELLED');
        return ok('ENDED');
      }),

    /** Takes back what she has completed; attempts at quizzes stay. Emits `progress.reset`. */
    resetProgress: (viewer: Viewer, enrollmentId: string) =>
      change(viewer, enrollmentId, async ({ transaction, emit }, enrollment) => {
        if (enrollment.status === 'COMPLETED') {
          return refuse('ENROLLMENT_COMPLETED', 'What is completed stays so.', enrollmentField);
        }
        const { id, userId, courseId, status } = enrollment;
        const changes = enrollmentChanges(transaction);
        await changes.remember([enrollment], status, 'RESET', clock.now());
        await changes.resetProgress(id);
        await emit('progress.reset', {
          aggregateId: id,
          data: { enrollmentId: id, userId, courseId },
        });
        return ok('PROGRESS_RESET');
      }),

    /** Says when an enrolment ends; null: never. */
    async setExpiry(viewer: Viewer, enrollmentId: string, expiresAt: Date | null) {
      return change(viewer, enrollmentId, async ({ transaction }, { id }) => {
        if (expiresAt !== null && expiresAt <= clock.now()) return inThePast;
        await enrollmentChanges(transaction).setExpiry(id, expiresAt);
        return ok('EXPIRY_CHANGED');
      });
    },
  };
};

const noSuchEnrollment = refuse('NOT_FOUND', 'There is no such enrolment.', enrollmentField);
const inThePast = refuse('INVALID_INPUT', 'Must be in the future.', 'input.expiresAt');
