import type { UnitOfWork } from '@pcc/events';
import { isId, ok, refuse, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Course, CourseService } from '../course/service.js';
import type { EnrollmentService } from '../enrollment/service.js';
import { lessonAuthoringRepository as lessonsIn } from './authoring-repository.js';
import { authors, managedParts, noSuchLesson, noSuchModule, tellChange } from './managed.js';
import type { CourseModule, Lesson } from './model.js';
import { isOrderOf, placed } from './order.js';

export interface LessonArrangementDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
}

export type LessonArrangementService = ReturnType<typeof lessonArrangementService>;

/**
 * The order of modules and lessons, and taking them away. Whoever arranges holds the lock of the course, so that
 * positions go from 1 without gaps, however many do it at once.
 */
export const lessonArrangementService = (deps: LessonArrangementDeps) => {
  const { unitOfWork, courses, enrollments } = deps;
  const managed = managedParts(courses);

  return {
    async moveModule(
      viewer: Viewer,
      { moduleId, position }: { moduleId: string; position: number },
    ): Promise<Result<CourseModule>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const found = await managed.module(work, viewer, moduleId);
        if (!found.ok) return found;
        if (position < 1) return wrongPosition;
        const { courseId } = found.value.part;
        const modules = lessonsIn(work.transaction);
        await modules.orderModules(placed(await modules.moduleIdsOf(courseId), moduleId, position));
        await tellChange(work, courseId, { moduleId });
        const moved = await modules.findModule(moduleId);
        return moved === null ? noSuchModule : ok(moved);
      });
    },

    async reorderModules(
      viewer: Viewer,
      { courseId, moduleIds }: { courseId: string; moduleIds: readonly string[] },
    ): Promise<Result<Course>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const found = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!found.ok) return found;
        const modules = lessonsIn(transaction);
        if (!isOrderOf(await modules.moduleIdsOf(courseId), moduleIds)) {
          return notTheOrder('modules of the course', 'input.moduleIds');
        }
        await modules.orderModules(moduleIds);
        await tellChange(work, courseId, {});
        return found;
      });
    },

    /** Only a module without lessons: lessons are moved or deleted knowingly. */
    async deleteModule(viewer: Viewer, moduleId: string): Promise<Result<string>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const found = await managed.module(work, viewer, moduleId);
        if (!found.ok) return found;
        const { courseId } = found.value.part;
        const modules = lessonsIn(work.transaction);
        if ((await modules.lessonIdsOf(moduleId)).length > 0) {
          return refuse('MODULE_NOT_EMPTY', 'Move or delete its lessons first.', 'input.moduleId');
        }
        await modules.deleteModule(moduleId);
        await modules.orderModules(await modules.moduleIdsOf(courseId));
        await tellChange(work, courseId, { moduleId });
        return ok(moduleId);
      });
    },

    /** Within its module, or into another one of the same course. */
    async moveLesson(
      viewer: Viewer,
      input: { lessonId: string; moduleId?: string | null | undefined; position: number },
    ): Promise<Result<Lesson>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const found = await managed.lesson(work, viewer, input.lessonId);
        if (!found.ok) return found;
        if (input.position < 1) return wrongPosition;
        const { id, courseId, moduleId: from } = found.value.part;
        const lessons = lessonsIn(work.transaction);
        const to = input.moduleId ?? from;
        const module = isId(to) ? await lessons.findModule(to) : null;
        if (module === null) return noSuchModule;
        if (module.courseId !== courseId) {
          return refuse('OTHER_COURSE', 'Its module must be of the same course.', 'input.moduleId');
        }
        await lessons.orderLessons(to, placed(await lessons.lessonIdsOf(to), id, input.position));
        if (to !== from) await lessons.orderLessons(from, await lessons.lessonIdsOf(from));
        await tellChange(work, courseId, { moduleId: to, lessonId: id });
        const moved = await lessons.find(id);
        return moved === null ? noSuchLesson : ok(moved);
      });
    },

    async reorderLessons(
      viewer: Viewer,
      { moduleId, lessonIds }: { moduleId: string; lessonIds: readonly string[] },
    ): Promise<Result<CourseModule>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const found = await managed.module(work, viewer, moduleId);
        if (!found.ok) return found;
        const lessons = lessonsIn(work.transaction);
        if (!isOrderOf(await lessons.lessonIdsOf(moduleId), lessonIds)) {
          return notTheOrder('lessons of the module', 'input.lessonIds');
        }
        await lessons.orderLessons(moduleId, lessonIds);
        await tellChange(work, found.value.part.courseId, { moduleId });
        return ok(found.value.part);
      });
    },

    /** Learners' completions of it go too, and nobody's progress falls by that. */
    async deleteLesson(viewer: Viewer, lessonId: string): Promise<Result<string>> {
      viewer.mustHaveRole(...authors);
      return unitOfWork.run(async (work) => {
        const found = await managed.lesson(work, viewer, lessonId);
        if (!found.ok) return found;
        const { courseId, moduleId, isPublished } = found.value.part;
        const lessons = lessonsIn(work.transaction);
        await lessons.delete(lessonId);
        await lessons.orderLessons(moduleId, await lessons.lessonIdsOf(moduleId));
        // It may have been the last one that somebody had left to do.
        if (isPublished) await enrollments.completeEligible(work, { courseId });
        await tellChange(work, courseId, { moduleId, lessonId });
        return ok(lessonId);
      });
    },
  };
};

const wrongPosition = refuse('INVALID_INPUT', 'Positions begin at 1.', 'input.position');
const notTheOrder = (what: string, field: string) =>
  refuse('ORDER_MISMATCH', `Name all ${what} there are now, each once.`, field);
