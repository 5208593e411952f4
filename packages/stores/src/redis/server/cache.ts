import type { Redis } from 'ioredis';
import type { KeyValueCache } from '../ports.js';
import { command } from './connection.js';

const keyOf = (key: string): string => `cache:${key}`;

export const redisCache = (redis: Redis): KeyValueCache => ({
  get: (key) => command(() => redis.get(keyOf(key))),
  async set(key, value, { ttlSeconds }) {
    const ttlMs = Math.round(ttlSeconds * 1000);
    await command<unknown>(() =>
      ttlMs > 0 ? redis.set(keyOf(key), value, 'PX', ttlMs) : redis.del(keyOf(key)),
    );
  },
  async delete(...keys) {
    if (keys.length > 0) await command(() => redis.unlink(...keys.map(keyOf)));
  },
});
