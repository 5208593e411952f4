import type { Logger } from '@pcc/platform';
import type { RedisPorts } from '../ports.js';
import { memoryCache } from './cache.js';
import { memoryLock } from './lock.js';
import { memoryPubSub } from './pub-sub.js';
import { memoryRateLimiter } from './rate-limiter.js';
import { memorySessions } from './sessions.js';

/** Everything in this process's memory: for the one-process platform and for tests. */
export function memoryPorts(logger: Logger): RedisPorts {
  const sessions = memorySessions(logger);
  return {
    cache: memoryCache(),
    pubSub: memoryPubSub(logger),
    rateLimiter: memoryRateLimiter(),
    lock: memoryLock(),
    sessions,
    ping: async () => undefined,
    close: async () => sessions.close(),
  };
}
