import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit, RateLimiter, RateLimitResult } from '../ports.js';

/** Serves any number of limits: the library wants one limiter object for each. */
export function rateLimiterOf(create: (limit: RateLimit) => RateLimiterAbstract): RateLimiter {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterFor = (limit: RateLimit): RateLimiterAbstract => {
    const name = `${limit.points}:${limit.perSeconds}`;
    const existing = limiters.get(name);
    if (existing) return existing;
    const created = create(limit);
    limiters.set(name, created);
    return created;
  };
  return {
    async consume(key, limit) {
      try {
        return result(true, await limiterFor(limit).consume(key));
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return result(false, refusal);
        throw refusal;
      }
    },
  };
}

const result = (allowed: boolean, state: RateLimiterRes): RateLimitResult => ({
  allowed,
  retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil(state.msBeforeNext / 1000)),
  remaining: state.remainingPoints,
});
