import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import type { Enrollment, EnrollmentService, HistoryEntry } from './service.js';

export const enrollmentLoaders = (enrollments: EnrollmentService, viewer: Viewer) => ({
  enrollmentById: loaderBy<string, Enrollment>(
    (ids) => enrollments.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
  viewerEnrollmentByCourseId: loaderBy<string, Enrollment>(
    (ids) => enrollments.liveOfViewer(viewer, ids),
    ({ courseId }) => courseId,
  ),
  nextLessonIdByEnrollmentId: loaderBy<string, { enrollmentId: string; lessonId: string }>(
    (ids) => enrollments.nextLessonIds(ids),
    ({ enrollmentId }) => enrollmentId,
  ),
  historyByEnrollmentId: listLoaderBy<string, HistoryEntry>(
    (ids) => enrollments.historyOf(ids),
    ({ enrollmentId }) => enrollmentId,
  ),
});
