import { Counter, errorMessage, type Logger, type Metrics } from '@pcc/platform';
import { generationSeconds, renewGenerations, viewerTag, type KeyValueCache } from '@pcc/stores';
import { LRUCache } from 'lru-cache';
import type { RequestScope } from '../execution/execution.js';
import { isObject, type JsonObject } from '../execution/json.js';
import type { SubgraphOperation } from '../execution/subgraph-operation.js';
import type { CachePolicy } from './cache-policy.js';
import { longestSeconds } from './entity-entry.js';
import { digest, lastMutationKey, mutationCountKey, type CacheScope } from './entity-look.js';
import { readEntities, type EntityRead } from './entity-read.js';
import { supergraphTags, type SupergraphTags } from './supergraph-tags.js';

/** What a query asks of entities. */
export interface EntityQuestion {
  readonly operation: SubgraphOperation;
  /** The variables beside the representations: members of a JSON object, as text. */
  readonly variables: string;
  readonly scope: Pick<RequestScope, 'viewer' | 'forwarded'>;
  /** JSON texts. */
  readonly representations: readonly string[];
}

/** An object of a mutation's answer. */
export interface ChangedEntity {
  readonly typeName: string;
  readonly values: JsonObject;
}

/**
 * Keeps entities in front of `_entities`, by what their subgraph's `Cache-Control` allows: public ones for everyone,
 * private ones for the viewer alone. Entities that change get a new generation (see `@pcc/stores`), by the domain
 * events of subgraphs and by the mutations that pass here, and what was kept under the old one is dead at that moment
 * in every process. A viewer is served nothing that was read before her own last mutation.
 */
export interface EntityCache {
  /** Whether answers of this kind have ever been allowed to be kept: most never are, and nobody looks for them. */
  isWorthReading(operation: SubgraphOperation): boolean;
  /** @returns `undefined` when nothing may be served from the cache, or it does not answer */
  read(question: EntityQuestion): Promise<EntityRead | undefined>;
  /** Learns from an answer whether it is worth reading the next time. */
  notice(operation: SubgraphOperation, policy: CachePolicy): void;
  /** After a mutation, whatever became of it. Its viewer's next read must show it. Never rejects. */
  wrote(viewer: RequestScope['viewer'], changed: readonly ChangedEntity[]): Promise<void>;
}

export interface EntityCacheDeps {
  readonly store: KeyValueCache;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const maximumOperations = 10_000;
const maximumDistrusted = 10_000;
const maximumRepresentations = 10_000;

/** @returns makes the cache for one version of the supergraph: versions share nothing but the generations */
export function entityCaches({ store, logger, metrics }: EntityCacheDeps) {
  const lookups = new Counter({
    name: 'router_entity_cache_total',
    help: 'Entities looked up in the cache',
    labelNames: ['result'] as const,
    registers: [metrics.registry],
  });
  /** Viewers whose mutation could not be noted: they are served nothing kept until all of it has ended. */
  const distrusted = new LRUCache<string, true>({
    max: maximumDistrusted,
    ttl: longestSeconds * 1000,
  });
  /** A cache that fails only costs time: subgraphs can always be asked. */
  const tolerant = <Value>(work: Promise<Value>): Promise<Value | undefined> =>
    work.catch((error: unknown) => {
      logger.warn({ reason: errorMessage(error) }, 'the entity cache does not work');
      return undefined;
    });

  return (supergraphSdl: string): EntityCache => {
    const tags = supergraphTags(supergraphSdl);
    const tagsOf = remembered(tags);
    const keyOf = operationKeys(digest(supergraphSdl));
    const scopesOf = new LRUCache<string, Set<CacheScope>>({ max: maximumOperations });
    return {
      isWorthReading: (operation) => scopesOf.has(keyOf(operation)),

      async read({ operation, variables, scope: { viewer, forwarded }, representations }) {
        const scopes = scopesOf.get(keyOf(operation));
        if (scopes === undefined) return undefined;
        if (viewer === null ? !scopes.has('public') : distrusted.has(viewer.id)) return undefined;
        const question = `${keyOf(operation)}\n${variables}\n${forwarded}`;
        const given = { store, tagsOf, scopes, question, viewer, representations, tolerant };
        const read = await readEntities(given);
        if (read === undefined) return undefined;
        const hits = read.found.filter((entity) => entity !== undefined).length;
        lookups.inc({ result: 'hit' }, hits);
        lookups.inc({ result: 'miss' }, read.found.length - hits);
        return read;
      },

      notice(operation, { scope, maxAge }) {
        if (maxAge <= 0) return;
        const key = keyOf(operation);
        // A new set: reads that are under way must not see theirs change.
        scopesOf.set(key, new Set(scopesOf.get(key)).add(scope));
      },

      async wrote(viewer, changed) {
        const renewed = changed.flatMap(({ typeName, values }) =>
          tags.changedTags(typeName, values),
        );
        if (viewer !== null) renewed.push(viewerTag(viewer.id));
        const note = async () => {
          const lifetime = { ttlSeconds: generationSeconds };
          const count = await store.increment(mutationCountKey, lifetime);
          if (viewer !== null) await store.raise(lastMutationKey(viewer.id), count, lifetime);
          await renewGenerations(store, renewed);
          return true;
        };
        if ((await tolerant(note())) === undefined && viewer !== null) {
          distrusted.set(viewer.id, true);
        }
      },
    };
  };
}

/** The same entities are asked for again and again: their tags are worked out once. */
function remembered(tags: SupergraphTags): (representation: string) => readonly string[] {
  const known = new LRUCache<string, readonly string[]>({ max: maximumRepresentations });
  return (representation) => {
    const before = known.get(representation);
    if (before !== undefined) return before;
    const values: unknown = JSON.parse(representation);
    const typeName = isObject(values) ? values['__typename'] : undefined;
    const isEntity = isObject(values) && typeof typeName === 'string';
    const found = isEntity ? tags.tagsOf(typeName, values) : [];
    known.set(representation, found);
    return found;
  };
}

function operationKeys(version: string): (operation: SubgraphOperation) => string {
  const known = new WeakMap<SubgraphOperation, string>();
  return (operation) => {
    const key = known.get(operation);
    if (key !== undefined) return key;
    const { subgraph, query, outputRewrites } = operation;
    const made = digest(JSON.stringify([version, subgraph, query, outputRewrites ?? null]));
    known.set(operation, made);
    return made;
  };
}
