import { loaderBy, type Viewer } from '@pcc/platform';
import type { ProgressService } from './service.js';

export const progressLoaders = (progress: ProgressService, viewer: Viewer) => ({
  completionByLessonId: loaderBy<string, { lessonId: string; completed: boolean }>(
    (ids) => progress.completedOf(viewer, ids),
    ({ lessonId }) => lessonId,
  ),
});
