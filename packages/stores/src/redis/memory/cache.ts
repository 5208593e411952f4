import { LRUCache } from 'lru-cache';
import type { KeyValueCache } from '../ports.js';

const maxEntries = 50_000;
const maxCharacters = 64 * 1024 * 1024;

/** Bounded: the least recently used entries go first. */
export function memoryCache(): KeyValueCache {
  const entries = new LRUCache<string, string>({
    max: maxEntries,
    maxSize: maxCharacters,
    sizeCalculation: (value, key) => value.length + key.length + 1,
  });
  // Rounded as Redis counts.
  const set = (key: string, value: string, ttlSeconds: number) => {
    const ttl = Math.round(ttlSeconds * 1000);
    if (ttl > 0) entries.set(key, value, { ttl });
    else entries.delete(key);
  };
  return {
    get: async (key) => entries.get(key) ?? null,
    getMany: async (keys) => keys.map((key) => entries.get(key) ?? null),
    set: async (key, value, { ttlSeconds }) => set(key, value, ttlSeconds),
    async setMany(many) {
      for (const { key, value, ttlSeconds } of many) set(key, value, ttlSeconds);
    },
    addMany: async (many) =>
      many.map(({ key, value, ttlSeconds }) => {
        if (entries.has(key)) return false;
        set(key, value, ttlSeconds);
        return true;
      }),
    async increment(key, { ttlSeconds }) {
      const count = Number(entries.get(key) ?? 0) + 1;
      set(key, String(count), ttlSeconds);
      return count;
    },
    async raise(key, count, { ttlSeconds }) {
      set(key, String(Math.max(count, Number(entries.get(key) ?? 0))), ttlSeconds);
    },
    async delete(...keys) {
      for (const key of keys) entries.delete(key);
    },
  };
}
