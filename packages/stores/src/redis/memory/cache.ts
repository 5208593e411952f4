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
  return {
    get: async (key) => entries.get(key) ?? null,
    async set(key, value, { ttlSeconds }) {
      const ttl = Math.round(ttlSeconds * 1000); // as Redis counts
      if (ttl > 0) entries.set(key, value, { ttl });
      else entries.delete(key);
    },
    async delete(...keys) {
      for (const key of keys) entries.delete(key);
    },
  };
}
