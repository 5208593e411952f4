import { loaderBy, type Viewer } from '@pcc/platform';
import type { Rating, RatingSummary } from './model.js';
import type { RatingService } from './service.js';

export const ratingLoaders = (service: RatingService, viewer: Viewer) => ({
  ratingSummaryByCourseId: loaderBy<string, RatingSummary>(
    (courseIds) => service.summaries(courseIds),
    ({ courseId }) => courseId,
  ),
  /** The viewer's own. */
  viewerRatingByCourseId: loaderBy<string, Rating>(
    (courseIds) => service.own(viewer, courseIds),
    ({ courseId }) => courseId,
  ),
});
