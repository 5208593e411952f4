import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import type { Prerequisite } from './model.js';
import type { CourseModule, Lesson, LessonService } from './service.js';

export const lessonLoaders = (lessons: LessonService, viewer: Viewer) => ({
  lessonById: loaderBy<string, Lesson>(
    (ids) => lessons.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
  modulesByCourseId: listLoaderBy<string, CourseModule>(
    (ids) => lessons.modulesOf(ids),
    ({ courseId }) => courseId,
  ),
  lessonsByModuleId: listLoaderBy<string, Lesson>(
    (ids) => lessons.visibleOf(viewer, ids),
    ({ moduleId }) => moduleId,
  ),
  lessonCountByCourseId: loaderBy<string, { courseId: string; count: number }>(
    (ids) => lessons.publishedCounts(ids),
    ({ courseId }) => courseId,
  ),
  prerequisitesByLessonId: listLoaderBy<string, Prerequisite>(
    (ids) => lessons.prerequisitesOf(viewer, ids),
    ({ ofLessonId }) => ofLessonId,
  ),
});
