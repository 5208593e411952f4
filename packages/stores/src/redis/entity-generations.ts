import { randomBytes } from 'node:crypto';
import type { KeyValueCache } from './ports.js';

/**
 * How caches of entities learn that one has changed. Each entity (and each viewer, for what is kept for her alone)
 * has a generation: a random name. Whoever keeps something writes down the generation that was there before he read;
 * whoever changes the entity gives it a new one. What was kept under another generation, or read while it changed,
 * is never served again, in no process, without anybody looking for it.
 */

/** Names an entity by one of its keys, the same in every process. */
export function entityTag(type: string, key: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(key).sort();
  return `${type} ${JSON.stringify(names.map((name) => [name, key[name]]))}`;
}

/** Everything that is kept for one person alone. */
export const viewerTag = (userId: string): string => `viewer ${userId}`;

/** The key of a tag's generation in the cache. */
export const generationKey = (tag: string): string => `generation:${tag}`;

/** No cache may keep an entity for longer than a generation lives: without one nothing is served. */
export const generationSeconds = 3_600;

export const newGeneration = (): string => randomBytes(9).toString('base64url');

/** Says that these have changed. @throws AppError STORE_UNAVAILABLE */
export const renewGenerations = (
  cache: Pick<KeyValueCache, 'setMany'>,
  tags: Iterable<string>,
): Promise<void> =>
  cache.setMany(
    [...new Set(tags)].map((tag) => ({
      key: generationKey(tag),
      value: newGeneration(),
      ttlSeconds: generationSeconds,
    })),
  );
