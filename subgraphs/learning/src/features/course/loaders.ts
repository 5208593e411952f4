import { DataLoader, listLoaderBy, loaderBy, pagedLoader, type Viewer } from '@pcc/platform';
import type { CatalogueService } from './catalogue-service.js';
import type { CourseLifecycleService } from './lifecycle-service.js';
import type { PublishCheck } from './publish-checklist.js';
import type { Course, CourseService } from './service.js';

interface Services {
  readonly courses: CourseService;
  readonly catalogue: CatalogueService;
  readonly courseLifecycle: CourseLifecycleService;
}

export const courseLoaders = (services: Services, viewer: Viewer) => {
  const { courses, catalogue, courseLifecycle } = services;
  return {
    courseById: loaderBy<string, Course>(
      (ids) => courses.visibleByIds(viewer, ids),
      ({ id }) => id,
    ),
    /** For those who were shown an enrolment of theirs: whatever became of the course. */
    enrolledCourseById: loaderBy<string, Course>(
      (ids) => courses.byIds(ids),
      ({ id }) => id,
    ),
    instructorIdsByCourseId: listLoaderBy<string, { courseId: string; userId: string }>(
      (ids) => courses.instructorsOf(ids),
      ({ courseId }) => courseId,
    ),
    durationByCourseId: loaderBy<string, { courseId: string; minutes: number }>(
      (ids) => courses.durationsOf(ids),
      ({ courseId }) => courseId,
    ),
    publishChecklistByCourse: new DataLoader<
      Course,
      { courseId: string; checks: PublishCheck[] } | null
    >(async (given) => {
      const lists = await courseLifecycle.checklists(viewer, given);
      const byId = new Map(lists.map((list) => [list.courseId, list]));
      return given.map(({ id }) => byId.get(id) ?? null);
    }),
    coursesByCategoryId: pagedLoader((ids, after, limit) =>
      catalogue.ofCategories(ids, after, limit),
    ),
    courseCountByCategoryId: loaderBy<string, { categoryId: string; count: number }>(
      (ids) => catalogue.countsOfCategories(ids),
      ({ categoryId }) => categoryId,
    ),
  };
};
