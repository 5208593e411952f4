import type { RequestContext } from '@pcc/platform/graphql';
import type { Services } from './container.js';
import { discussionLoaders } from './features/discussion/loaders.js';
import { mediaAssetLoaders } from './features/media-asset/loaders.js';
import { notificationLoaders } from './features/notification/loaders.js';
import { ratingLoaders } from './features/rating/loaders.js';

/** What the resolvers of one request share. */
export interface Context extends RequestContext {
  readonly services: Services;
  readonly loaders: ReturnType<typeof createLoaders>;
}

const createLoaders = (services: Services, { viewer }: RequestContext) => ({
  ...notificationLoaders(services.notifications, viewer),
  ...discussionLoaders(services.discussions, viewer),
  ...ratingLoaders(services.ratings, viewer),
  ...mediaAssetLoaders(services.mediaAssets, viewer),
});

export const createContext =
  (services: Services) =>
  (request: RequestContext): Context => ({
    ...request,
    services,
    loaders: createLoaders(services, request),
  });
