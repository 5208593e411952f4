import { loaderBy, type Viewer } from '@pcc/platform';
import type { CompletionRule, LessonProgress, ProgressService } from './service.js';

export const progressLoaders = (progress: ProgressService, viewer: Viewer) => ({
  progressByLessonId: loaderBy<string, LessonProgress>(
    (ids) => progress.progressOf(viewer, ids),
    ({ lessonId }) => lessonId,
  ),
  resumePointByEnrollmentId: loaderBy<string, LessonProgress>(
    (ids) => progress.resumePoints(ids),
    ({ enrollmentId }) => enrollmentId,
  ),
  completionRuleByCourseId: loaderBy<string, CompletionRule>(
    (ids) => progress.rulesOf(ids),
    ({ courseId }) => courseId,
  ),
});
