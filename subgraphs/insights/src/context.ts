import type { RequestContext } from '@pcc/platform/graphql';
import type { Services } from './container.js';
import { courseAnalyticsLoaders } from './features/course-analytics/loaders.js';

/** What resolvers get: who asks, the services, and loaders of this one request. */
export interface Context extends RequestContext {
  readonly services: Services;
  readonly loaders: ReturnType<typeof courseAnalyticsLoaders>;
}

export const createContext =
  (services: Services) =>
  (request: RequestContext): Context => ({
    ...request,
    services,
    loaders: courseAnalyticsLoaders(services.courseAnalytics),
  });
