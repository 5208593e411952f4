import type { Logger } from '@pcc/platform';
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisPorts } from '../ports.js';
import { redisCache } from './cache.js';
import { command, openRedis, pingRedis } from './connection.js';
import { redisLock } from './lock.js';
import { redisPubSub } from './pub-sub.js';
import { rateLimiterOf } from './rate-limiter.js';
import { redisSessions } from './sessions.js';

/** @param options.cacheUrl a Redis that may evict; the first one serves when left out */
export async function serverPorts(options: {
  readonly url: string;
  readonly cacheUrl: string | undefined;
  readonly logger: Logger;
}): Promise<RedisPorts> {
  const { url, cacheUrl, logger } = options;
  const opened: Redis[] = [];
  const open = async (name: string, at: string) => {
    const redis = await openRedis(at, name, logger);
    opened.push(redis);
    return redis;
  };
  const close = async () => {
    for (const redis of opened.splice(0)) redis.disconnect();
  };
  try {
    const main = await open('main', url);
    const subscriber = await open('subscriber', url);
    const cache = cacheUrl === undefined ? main : await open('cache', cacheUrl);
    const pubSub = redisPubSub(main, subscriber, logger);
    const limiter = rateLimiterOf(
      ({ points, perSeconds }) =>
        new RateLimiterRedis({
          storeClient: main,
          keyPrefix: `rate:${points}:${perSeconds}`,
          points,
          duration: perSeconds,
          rejectIfRedisNotReady: true,
        }),
    );
    return {
      cache: redisCache(cache),
      pubSub,
      rateLimiter: { consume: (key, limit) => command(() => limiter.consume(key, limit)) },
      lock: redisLock(main, logger),
      sessions: redisSessions(main, pubSub),
      async ping() {
        await Promise.all(opened.map(pingRedis));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
