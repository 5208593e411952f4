import { loaderBy } from '@pcc/platform';
import type { CourseAnalytics } from './model.js';
import type { CourseAnalyticsService } from './service.js';

export const courseAnalyticsLoaders = (service: CourseAnalyticsService) => ({
  analyticsByCourseId: loaderBy<string, CourseAnalytics>(
    (courseIds) => service.analyticsOf(courseIds),
    ({ courseId }) => courseId,
  ),
});
