import { generationKey, generationSeconds, newGeneration, type KeyValueCache } from '@pcc/stores';
import { isObject, type JsonObject } from '../execution/json.js';
import type { CachePolicy } from './cache-policy.js';
import { entityEntry, longestSeconds, parseEntry } from './entity-entry.js';
import {
  lookFor,
  type CacheScope,
  type EntityQuestion,
  type Look,
  type Wanted,
} from './entity-look.js';

/** Of one entity's JSON: what is larger would push out many others. */
const maximumCharacters = 64 * 1024;

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

export interface EntityReadOptions extends EntityQuestion {
  readonly store: KeyValueCache;
  /** Runs work on the store that must not fail a request. */
  readonly tolerant: <Value>(work: Promise<Value>) => Promise<Value | undefined>;
}

/** What is known of changes, as it was before the subgraph is asked. */
interface Known {
  readonly mutationCount: number;
  /** What was read before this viewer's last mutation, by that count, must not be served to her. */
  readonly leastMutationCount: number;
  /** By tag. */
  readonly generations: Map<string, string>;
}

/**
 * Reads entries and the generations of all that they depend on, in one round trip.
 * @returns `undefined` when the store does not answer
 */
export async function readEntities(options: EntityReadOptions): Promise<EntityRead | undefined> {
  const { store, tolerant } = options;
  const look = lookFor(options);
  const values = await tolerant(store.getMany(look.keys));
  if (values === undefined) return undefined;
  const known = knownFrom(look, values);
  const { found, maxAge } = findKept(look, known, values);
  const freshness = `${known.leastMutationCount} ${[...known.generations.values()].join()}`;
  const absent = [...look.generations.keys()].filter((tag) => !known.generations.has(tag));
  const named =
    absent.length === 0 ? undefined : nameGenerations(options, absent, known.generations);
  return {
    found,
    maxAge,
    freshness,
    keep(policy, entities) {
      if (policy.maxAge <= 0) return;
      // Written out now: the request goes on with the same objects, and adds to them.
      const texts = entities.map((entity) => (isObject(entity) ? JSON.stringify(entity) : null));
      const write = async () => {
        await named;
        const entries = entriesOf(look, known, policy, texts);
        if (entries.length > 0) await store.setMany(entries);
      };
      void tolerant(write());
    },
  };
}

type Values = readonly (string | null)[];

function knownFrom({ mutationCount, lastMutation, generations }: Look, values: Values): Known {
  const found = new Map<string, string>();
  for (const [tag, position] of generations) {
    const generation = values[position];
    if (typeof generation === 'string') found.set(tag, generation);
  }
  return {
    mutationCount: Number(values[mutationCount] ?? 0),
    leastMutationCount: lastMutation === undefined ? 0 : Number(values[lastMutation] ?? 0),
    generations: found,
  };
}

/** All that an entry depends on, as text; `undefined` when one generation is not known. */
function generationsOf(
  { ownTag }: Look,
  { generations }: Known,
  scope: CacheScope,
  tags: readonly string[],
): string | undefined {
  const all = scope === 'private' ? [...tags, ownTag ?? ''] : tags;
  const known = all.map((tag) => generations.get(tag));
  return all.length > 0 && !known.includes(undefined) ? known.join() : undefined;
}

function findKept(look: Look, known: Known, values: Values): Pick<EntityRead, 'found' | 'maxAge'> {
  const now = Date.now();
  let maxAge = Number.POSITIVE_INFINITY;
  const find = ({ tags, entries }: Wanted): JsonObject | undefined => {
    for (const { scope, position } of entries) {
      const entry = parseEntry(values[position]);
      if (entry === undefined || entry.endsAt <= now) continue;
      if (entry.mutationCount < known.leastMutationCount) continue;
      if (entry.generations !== generationsOf(look, known, scope, tags)) continue;
      maxAge = scope === 'private' ? 0 : Math.min(maxAge, Math.floor((entry.endsAt - now) / 1000));
      return entry.entity;
    }
    return undefined;
  };
  return { found: look.wanted.map(find), maxAge };
}

/** What to store of an answer; an entity of which a generation is not known is left out. */
function entriesOf(
  look: Look,
  known: Known,
  { scope, maxAge }: CachePolicy,
  texts: readonly (string | null)[],
): { readonly key: string; readonly value: string; readonly ttlSeconds: number }[] {
  const ttlSeconds = Math.min(maxAge, longestSeconds);
  const endsAt = Date.now() + ttlSeconds * 1000;
  return look.wanted.flatMap(({ tags, entries }, index) => {
    const text = texts[index] ?? null;
    const key = entries.find((entry) => entry.scope === scope)?.key;
    const generations = generationsOf(look, known, scope, tags);
    if (text === null || key === undefined || generations === undefined) return [];
    if (text.length > maximumCharacters) return [];
    return [
      { key, value: entityEntry(generations, known.mutationCount, endsAt, text), ttlSeconds },
    ];
  });
}

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
