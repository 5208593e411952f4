import type { Logger } from '@pcc/platform';
import { memoryPorts } from './memory/index.js';
import type { RedisPorts } from './ports.js';
import { serverPorts } from './server/index.js';

/**
 * The ports that Redis serves, or this process's memory when there is no URL: then everything that is to
 * share them must be in this one process, and share this one object.
 *
 * @param options.cacheUrl a Redis of its own for the cache, which may evict; `url` serves it when left out
 * @throws StoreError when Redis cannot be reached at the start; later it may come and go
 */
export async function redisPorts(options: {
  readonly url?: string | undefined;
  readonly cacheUrl?: string | undefined;
  readonly logger: Logger;
}): Promise<RedisPorts> {
  const { url, cacheUrl, logger } = options;
  return url === undefined ? memoryPorts(logger) : serverPorts({ url, cacheUrl, logger });
}
