import type { UnitOfWork } from '@pcc/events';
import { ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Enrollment, EnrollmentService } from '../enrollment/service.js';
import type { Lesson, LessonService } from '../lesson/service.js';
import { progressRepository } from './repository.js';

export interface ProgressDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly lessons: LessonService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

export type ProgressService = ReturnType<typeof progressService>;

export const progressService = (deps: ProgressDeps) => {
  const { database, unitOfWork, lessons, enrollments, clock } = deps;
  const field = 'input.lessonId';

  return {
    /** Marks a lesson as completed; a second time it changes nothing. Emits `lesson.completed`. */
    async complete(
      viewer: Viewer,
      lessonId: string,
    ): Promise<Result<{ enrollment: Enrollment; lesson: Lesson }>> {
      const userId = viewer.mustBeSignedIn();
      const [lesson] = await lessons.visibleByIds(viewer, [lessonId]);
      // Authors see lessons before they are published, but nobody completes them.
      if (!lesson?.isPublished) return refuse('NOT_FOUND', 'There is no such lesson.', field);
      return unitOfWork.run(async (work) => {
        const progress = progressRepository(work.transaction);
        const enrollment = await enrollments.lockLive(work, userId, lesson.courseId);
        if (enrollment === null) {
          return refuse('NOT_ENROLLED', 'Enrol in the course first.', field);
        }
        const missing = await progress.missingPrerequisites(enrollment.id, lesson.id);
        if (missing.length > 0) {
          const titles = missing.map((title) => `"${title}"`).join(', ');
          return refuse('LESSON_LOCKED', `Complete these first: ${titles}.`, field);
        }
        if (!(await progress.complete(enrollment.id, lesson.id, clock.now()))) {
          return ok({ enrollment, lesson });
        }
        const { progressPercent } = await enrollments.get(work, enrollment.id);
        await work.emit('lesson.completed', {
          aggregateId: enrollment.id,
          data: {
            enrollmentId: enrollment.id,
            userId,
            courseId: lesson.courseId,
            lessonId: lesson.id,
            progressPercent,
          },
        });
        await enrollments.completeEligible(work, { enrollmentId: enrollment.id });
        return ok({ enrollment: await enrollments.get(work, enrollment.id), lesson });
      });
    },

    /** Whether the viewer has completed these lessons; those of courses she is not enrolled in are left out. */
    async completedOf(viewer: Viewer, lessonIds: readonly string[]) {
      return viewer.id === null
        ? []
        : progressRepository(database).completedOf(viewer.id, lessonIds);
    },
  };
};
