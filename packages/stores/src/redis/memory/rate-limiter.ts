import { LRUCache } from 'lru-cache';
import type { RateLimiter } from '../ports.js';

interface Window {
  readonly endsAt: number;
  used: number;
}

/** Whoever comes from ever new addresses must not fill the memory. */
const maxKeys = 100_000;

/** Fixed windows that begin with a key's first call, as the adapter on Redis has them. */
export function memoryRateLimiter(): RateLimiter {
  const windows = new LRUCache<string, Window>({ max: maxKeys });
  return {
    async consume(key, { points, perSeconds }) {
      const name = `${points}:${perSeconds}:${key}`;
      const now = Date.now();
      const known = windows.get(name);
      const window =
        known !== undefined && known.endsAt > now
          ? known
          : { endsAt: now + perSeconds * 1000, used: 0 };
      window.used++;
      windows.set(name, window);
      const allowed = window.used <= points;
      return {
        allowed,
        retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((window.endsAt - now) / 1000)),
        remaining: Math.max(0, points - window.used),
      };
    },
  };
}
