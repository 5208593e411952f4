import type { Logger } from '@pcc/platform';
import type { KeyValueCache } from '@pcc/stores';
import type { EventBus } from './bus.js';
import { inProcessEventBus } from './in-process/bus.js';
import { redisEventBus } from './redis-streams/bus.js';
import { renewingBus } from './renewing-bus.js';

/** The subgraphs that consume events; each is one group. */
export const consumerGroups = ['learning', 'commerce', 'content', 'insights'] as const;

/**
 * The event bus on Redis, or within this process when there is no URL: then all four groups must be in it.
 * @param options.cache where routers read the generations of what they keep
 */
export async function connectEventBus(options: {
  readonly url: string | undefined;
  readonly cache: Pick<KeyValueCache, 'setMany'>;
  readonly logger: Logger;
}): Promise<EventBus> {
  const { url, cache, logger } = options;
  const bus =
    url === undefined
      ? inProcessEventBus({ groups: consumerGroups })
      : await redisEventBus({ url, groups: consumerGroups, logger });
  return renewingBus(bus, cache);
}
