import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import type { Course, CourseService } from './service.js';

export const courseLoaders = (courses: CourseService, viewer: Viewer) => ({
  courseById: loaderBy<string, Course>(
    (ids) => courses.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
  instructorIdsByCourseId: listLoaderBy<string, { courseId: string; userId: string }>(
    (ids) => courses.instructorsOf(ids),
    ({ courseId }) => courseId,
  ),
});
