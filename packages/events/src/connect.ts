import type { Logger } from '@pcc/platform';
import type { EventBus } from './bus.js';
import { inProcessEventBus } from './in-process/bus.js';
import { redisEventBus } from './redis-streams/bus.js';

/** The subgraphs that consume events; each is one group. */
export const consumerGroups = ['learning', 'commerce', 'content', 'insights'] as const;

/** The event bus on Redis, or within this process when there is no URL: then all four groups must be in it. */
export const connectEventBus = async (options: {
  readonly url: string | undefined;
  readonly logger: Logger;
}): Promise<EventBus> =>
  options.url === undefined
    ? inProcessEventBus({ groups: consumerGroups })
    : redisEventBus({ url: options.url, groups: consumerGroups, logger: options.logger });
