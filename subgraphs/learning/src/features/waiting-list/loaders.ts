import { loaderBy, type Viewer } from '@pcc/platform';
import type { WaitingListEntry, WaitingListService } from './service.js';

export const waitingListLoaders = (waitingList: WaitingListService, viewer: Viewer) => ({
  viewerWaitingByCourseId: loaderBy<string, WaitingListEntry>(
    (ids) => waitingList.ofViewer(viewer, ids),
    ({ courseId }) => courseId,
  ),
  waitingCountByCourseId: loaderBy<string, { courseId: string; count: number }>(
    (ids) => waitingList.waitingCounts(ids),
    ({ courseId }) => courseId,
  ),
});
