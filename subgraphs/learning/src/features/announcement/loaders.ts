import { loaderBy, pagedLoader, type Viewer } from '@pcc/platform';
import type { Announcement, AnnouncementService } from './service.js';

export const announcementLoaders = (announcements: AnnouncementService, viewer: Viewer) => ({
  announcementReaderByCourseId: loaderBy<string, string>(
    (ids) => announcements.readableAmong(viewer, ids),
    (id) => id,
  ),
  announcementsByCourseId: pagedLoader<Announcement>((ids, after, limit) =>
    announcements.newestOf(ids, after, limit),
  ),
  announcementCountByCourseId: loaderBy<string, { courseId: string; count: number }>(
    (ids) => announcements.countsOf(ids),
    ({ courseId }) => courseId,
  ),
});
