import { createHash } from 'node:crypto';
import {
  generationKey,
  generationSeconds,
  newGeneration,
  viewerTag,
  type KeyValueCache,
} from '@pcc/stores';
import { isObject, type JsonObject } from '../execution/json.js';
import type { RequestScope } from '../execution/execution.js';
import type { CachePolicy } from './cache-policy.js';
import { entityEntry, longestSeconds, parseEntry } from './entity-entry.js';

/** Of one entity's JSON: what is larger would push out many others. */
const maximumCharacters = 64 * 1024;

export type CacheScope = CachePolicy['scope'];

/** A look at the cache. It remembers the generations as they were before the subgraph is asked. */
export interface EntityRead {
  /** What is kept, by position of the representation. */
  readonly found: readonly (JsonObject | undefined)[];
  /** Seconds for which anyone may keep what was found; infinite when nothing was. */
  readonly maxAge: number;
  /** Differs between two looks when one of the entities, or the viewer's own data, has changed between them. */
  readonly freshness: string;
  /**
   * Keeps what the subgraph answered; worthless if it has changed since the look. Returns at once; never rejects.
   * @param entities by position of the representation; `undefined` was not asked for. Those that are null are not
   *   kept: who may not see an entity gets null, and others may see it
   */
  keep(policy: CachePolicy, entities: readonly (JsonObject | null | undefined)[]): void;
}

export interface EntityReadOptions {
  readonly store: KeyValueCache;
  /** The tags of a representation. */
  readonly tagsOf: (representation: string) => readonly string[];
  /** Which scopes answers of this kind have had. */
  readonly scopes: ReadonlySet<CacheScope>;
  /** All that says what is asked, but for the entity and the viewer. */
  readonly question: string;
  readonly viewer: RequestScope['viewer'];
  /** JSON texts. */
  readonly representations: readonly string[];
  /** Runs work on the store that must not fail a request. */
  readonly tolerant: <Value>(work: Promise<Value>) => Promise<Value | undefined>;
}

/** Counts the mutations that passed through routers. */
export const writesKey = 'entity-writes';
/** That count after a viewer's last mutation. */
export const writerKey = (userId: string): string => `entity-writer:${userId}`;

interface Wanted {
  readonly tags: readonly string[];
  /** Where its entry may be, and at which position the store's value will come. */
  readonly entries: readonly {
    readonly scope: CacheScope;
    readonly key: string;
    readonly position: number;
  }[];
}

/**
 * Reads entries and the generations of all that they depend on, in one round trip.
 * @returns `undefined` when the store does not answer
 */
export async function readEntities(options: EntityReadOptions): Promise<EntityRead | undefined> {
  const { store, viewer, scopes, tolerant } = options;
  const keys = keyList();
  const writes = keys.add(writesKey);
  const wrote = viewer === null ? undefined : keys.add(writerKey(viewer.id));
  const prefixes = keyPrefixes(options);
  const wanted = options.representations.map((text): Wanted => {
    const entries = prefixes.map(([scope, prefix]) => {
      const key = prefix + (text.length > longestPlainText ? digest(text) : text);
      return { scope, key, position: keys.add(key) };
    });
    return { tags: options.tagsOf(text), entries };
  });
  const ownTag = viewer === null || !scopes.has('private') ? undefined : viewerTag(viewer.id);
  const tags = new Set(wanted.flatMap((one) => one.tags));
  if (ownTag !== undefined) tags.add(ownTag);
  const positions = new Map([...tags].map((tag) => [tag, keys.add(generationKey(tag))]));

  const values = await tolerant(store.getMany(keys.all));
  if (values === undefined) return undefined;
  const countNow = Number(values[writes] ?? 0);
  const countNeeded = wrote === undefined ? 0 : Number(values[wrote] ?? 0);
  const generations = new Map<string, string>();
  for (const [tag, position] of positions) {
    const generation = values[position];
    if (typeof generation === 'string') generations.set(tag, generation);
  }
  /** `undefined` when one is not known. */
  const generationsOf = (scope: CacheScope, own: readonly string[]): string | undefined => {
    const all = scope === 'private' ? [...own, ownTag ?? ''] : own;
    const known = all.map((tag) => generations.get(tag));
    return all.length > 0 && !known.includes(undefined) ? known.join() : undefined;
  };

  const now = Date.now();
  let maxAge = Number.POSITIVE_INFINITY;
  const find = ({ tags: own, entries }: Wanted): JsonObject | undefined => {
    for (const { scope, position } of entries) {
      const entry = parseEntry(values[position]);
      if (entry === undefined || entry.endsAt <= now || entry.writes < countNeeded) continue;
      if (entry.generations !== generationsOf(scope, own)) continue;
      maxAge = scope === 'private' ? 0 : Math.min(maxAge, Math.floor((entry.endsAt - now) / 1000));
      return entry.entity;
    }
    return undefined;
  };
  const found = wanted.map(find);
  const freshness = `${countNeeded} ${[...generations.values()].join()}`;
  const absent = [...tags].filter((tag) => !generations.has(tag));
  const named = absent.length === 0 ? undefined : nameGenerations(options, absent, generations);

  const write = async (
    scope: CacheScope,
    ttlSeconds: number,
    texts: readonly (string | null)[],
  ) => {
    await named;
    const endsAt = Date.now() + ttlSeconds * 1000;
    const entries = wanted.flatMap((one, index) => {
      const text = texts[index] ?? null;
      const under = generationsOf(scope, one.tags);
      const key = one.entries.find((entry) => entry.scope === scope)?.key;
      if (text === null || under === undefined || key === undefined) return [];
      if (text.length > maximumCharacters) return [];
      return [{ key, value: entityEntry(under, countNow, endsAt, text), ttlSeconds }];
    });
    if (entries.length > 0) await store.setMany(entries);
  };
  return {
    found,
    maxAge,
    freshness,
    keep({ scope, maxAge: allowed }, entities) {
      if (allowed <= 0) return;
      // Written out now: the request goes on with the same objects, and adds to them.
      const texts = entities.map((entity) => (isObject(entity) ? JSON.stringify(entity) : null));
      void tolerant(write(scope, Math.min(allowed, longestSeconds), texts));
    },
  };
}

/** Longer representations, with much that is required in them, would make long keys. */
const longestPlainText = 128;

/** What the keys of all entries of one scope begin with. */
const keyPrefixes = ({ scopes, question, viewer }: EntityReadOptions): [CacheScope, string][] =>
  [...scopes]
    .filter((scope) => scope === 'public' || viewer !== null)
    .map((scope) => {
      const who = scope === 'public' ? '' : JSON.stringify(viewer);
      return [scope, `entity:${digest(`${question}\n${who}`)}:`];
    });

/**
 * Gives a generation to what has none, and remembers those that nobody else has given one meanwhile: that would
 * mean that it may have changed.
 */
async function nameGenerations(
  { store, tolerant }: EntityReadOptions,
  absent: readonly string[],
  into: Map<string, string>,
): Promise<void> {
  const fresh = absent.map((tag) => ({
    tag,
    key: generationKey(tag),
    value: newGeneration(),
    ttlSeconds: generationSeconds,
  }));
  const added = await tolerant(store.addMany(fresh));
  for (const [index, { tag, value }] of fresh.entries()) {
    if (added?.[index] === true) into.set(tag, value);
  }
}

interface KeyList {
  readonly all: readonly string[];
  /** @returns at which position its value will come */
  add(key: string): number;
}

/** Keys to read together, each once. */
function keyList(): KeyList {
  const positions = new Map<string, number>();
  const all: string[] = [];
  return {
    all,
    add(key) {
      const known = positions.get(key);
      if (known !== undefined) return known;
      positions.set(key, all.length);
      return all.push(key) - 1;
    },
  };
}

export const digest = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');
