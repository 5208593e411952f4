import { isId, type Clock } from '@pcc/platform';
import { dayMs } from '../../time.js';
import type { CourseAnalytics } from './model.js';
import type { CourseAnalyticsRepository } from './repository.js';

export type CourseAnalyticsService = ReturnType<typeof courseAnalyticsService>;

const activeDays = 30;

/** Public figures: they name nobody, and the catalogue shows them to visitors. */
export const courseAnalyticsService = (deps: {
  readonly analytics: CourseAnalyticsRepository;
  readonly clock: Clock;
}) => ({
  /** @returns the courses that have events; an id that is none of ours has no events */
  async analyticsOf(courseIds: readonly string[]): Promise<readonly CourseAnalytics[]> {
    const known = courseIds.filter(isId);
    if (known.length === 0) return [];
    const activeSince = new Date(deps.clock.now().getTime() - activeDays * dayMs);
    return deps.analytics.analyticsOf(known, activeSince);
  },
});
