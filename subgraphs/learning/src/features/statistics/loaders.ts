import { loaderBy, type Viewer } from '@pcc/platform';
import type { CourseStatistics, StatisticsService } from './service.js';

export const statisticsLoaders = (statistics: StatisticsService, viewer: Viewer) => ({
  statisticsByCourseId: loaderBy<string, CourseStatistics>(
    (ids) => statistics.ofTaught(viewer, ids),
    ({ courseId }) => courseId,
  ),
});
