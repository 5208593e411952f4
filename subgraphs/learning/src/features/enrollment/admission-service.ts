import type { UnitOfWork, Work } from '@pcc/events';
import { isId, ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CourseService } from '../course/service.js';
import type { WaitingListEntry, WaitingListService } from '../waiting-list/service.js';
import { enrollmentChanges } from './changes-repository.js';
import type { Enrollment } from './model.js';
import { freeSeats, refusalOf, refused, type SeatKeeper } from './seats.js';

export interface AdmissionDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly waitingList: WaitingListService;
  readonly seats: SeatKeeper;
  readonly clock: Clock;
}

const courseField = 'input.courseId';
const enrollmentField = 'input.enrollmentId';

export type AdmissionService = ReturnType<typeof admissionService>;

/** What people do about their own place in a course. */
export const admissionService = (deps: AdmissionDeps) => {
  const { unitOfWork, courses, waitingList, seats, clock } = deps;

  const find = async (work: Work<Database>, id: string): Promise<Enrollment | null> =>
    enrollmentChanges(work.transaction).find(id, clock.now());

  return {
    /** Enrols the viewer in a free course. */
    async enroll(viewer: Viewer, courseId: string): Promise<Result<Enrollment>> {
      const userId = viewer.mustBeSignedIn();
      const [course] = await courses.visibleByIds(viewer, [courseId]);
      if (course === undefined) return noSuchCourse;
      return unitOfWork.run(async (work) => {
        const place = { userId, courseId: course.id };
        const claimed = await seats.claim(work, place, { source: 'FREE' });
        if (claimed.refusal !== undefined) {
          return refuse(claimed.refusal, claimed.message, courseField);
        }
        const enrollment = await find(work, claimed.enrollmentId);
        return enrollment === null ? noSuchEnrollment : ok(enrollment);
      });
    },

    /** Gives the viewer's seat back. A paid course is not refunded by that. Emits `enrollment.ended`. */
    async cancel(viewer: Viewer, enrollmentId: string): Promise<Result<Enrollment>> {
      const userId = viewer.mustBeSignedIn();
      if (!isId(enrollmentId)) return noSuchEnrollment;
      return unitOfWork.run(async (work) => {
        const found = await find(work, enrollmentId);
        if (found?.userId !== userId) return noSuchEnrollment;
        await enrollmentChanges(work.transaction).lockCourse(found.courseId);
        // Read again under the lock: it may have been completed, or ended, meanwhile.
        const enrollment = await find(work, enrollmentId);
        if (enrollment?.status === 'ENDED') return ok(enrollment);
        if (enrollment?.status === 'COMPLETED') {
          return refuse('ENROLLMENT_COMPLETED', 'This course is completed.', enrollmentField);
        }
        await seats.release(work, found.courseId, [enrollmentId], 'CANCELLED');
        return ok((await find(work, enrollmentId)) ?? found);
      });
    },

    /** Puts the viewer at the end of the line for a full course. Emits `waiting_list.joined`. */
    async joinLine(viewer: Viewer, courseId: string): Promise<Result<WaitingListEntry>> {
      const userId = viewer.mustBeSignedIn();
      const [course] = await courses.visibleByIds(viewer, [courseId]);
      if (course === undefined) return noSuchCourse;
      return unitOfWork.run(async (work) => {
        const state = await seats.settle(work, course.id);
        // As if she had paid: whether a seat is free is all that matters here.
        const refusal = refusalOf(state, { source: 'ORDER' }, false);
        if (state === null || refusal === 'COURSE_NOT_AVAILABLE') {
          return refuse(
            'COURSE_NOT_AVAILABLE',
            refused('COURSE_NOT_AVAILABLE').message,
            courseField,
          );
        }
        const changes = enrollmentChanges(work.transaction);
        if ((await changes.lockLive(userId, course.id, clock.now())) !== null) {
          return refuse('ALREADY_ENROLLED', refused('ALREADY_ENROLLED').message, courseField);
        }
        const unprepared = await seats.unprepared(work, { userId, courseId: course.id });
        if (unprepared !== null) return refuse(unprepared.refusal, unprepared.message, courseField);
        const before = await waitingList.find(work, course.id, userId);
        if (before !== null) return ok(before);
        if (freeSeats(state) > 0 && state.waitingCount === 0) {
          return refuse('SEATS_AVAILABLE', 'There are seats: enrol.', courseField);
        }
        await waitingList.join(work, course.id, userId);
        const entry = await waitingList.find(work, course.id, userId);
        return entry === null ? notInLine : ok(entry);
      });
    },

    /** Takes the viewer out of the line. Emits `waiting_list.left`. @returns the course's id */
    async leaveLine(viewer: Viewer, courseId: string): Promise<Result<string>> {
      const userId = viewer.mustBeSignedIn();
      if (!isId(courseId)) return notInLine;
      return unitOfWork.run(async (work) => {
        await enrollmentChanges(work.transaction).lockCourse(courseId);
        const entry = await waitingList.find(work, courseId, userId);
        if (entry === null) return notInLine;
        await waitingList.leave(work, entry);
        if (entry.status === 'OFFERED') await seats.settle(work, courseId);
        return ok(courseId);
      });
    },
  };
};

const noSuchCourse = refuse('NOT_FOUND', 'There is no such course.', courseField);
const noSuchEnrollment = refuse('NOT_FOUND', 'There is no such enrolment.', enrollmentField);
const notInLine = refuse('NOT_FOUND', 'You are not in this line.', courseField);
