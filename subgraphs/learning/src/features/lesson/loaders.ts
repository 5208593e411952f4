import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import type { Prerequisite } from './model.js';
import type { CourseModule, Lesson, LessonService } from './service.js';

const idOf = ({ id }: { id: string }) => id;

export const lessonLoaders = (lessons: LessonService, viewer: Viewer) => ({
  lessonById: loaderBy<string, Lesson>((ids) => lessons.visibleByIds(viewer, ids), idOf),
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
  openLessonById: loaderBy<string, { id: string }>((ids) => lessons.openAmong(viewer, ids), idOf),
  bodyByLessonId: loaderBy<string, { id: string; body: string }>(
    (ids) => lessons.openBodies(viewer, ids),
    idOf,
  ),
  prerequisitesByLessonId: listLoaderBy<string, Prerequisite>(
    (ids) => lessons.prerequisitesOf(viewer, ids),
    ({ ofLessonId }) => ofLessonId,
  ),
});
