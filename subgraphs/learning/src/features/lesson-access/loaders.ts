import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import type { LessonAccess, LessonAccessService, MissingPrerequisite } from './service.js';

export const lessonAccessLoaders = (lessonAccess: LessonAccessService, viewer: Viewer) => ({
  accessByLessonId: loaderBy<string, LessonAccess>(
    (ids) => lessonAccess.accessOf(viewer, ids),
    ({ lessonId }) => lessonId,
  ),
  bodyByLessonId: loaderBy<string, { id: string; body: string }>(
    (ids) => lessonAccess.openBodies(viewer, ids),
    ({ id }) => id,
  ),
  missingPrerequisitesByLessonId: listLoaderBy<string, MissingPrerequisite>(
    (ids) => lessonAccess.missingFor(viewer, ids),
    ({ ofLessonId }) => ofLessonId,
  ),
});
