import { createHash } from 'node:crypto';
import { Counter, errorMessage, type Logger, type Metrics } from '@pcc/platform';
import type { KeyValueCache } from '@pcc/stores';
import { z } from 'zod';
import type { Cancellation } from '../cancellation.js';
import { singleFlight } from '../single-flight.js';

export interface Answer {
  /** Serialised. */
  readonly body: string;
  /** Seconds for which anyone may keep it; 0 never. */
  readonly maxAge: number;
}

export interface CachedAnswer extends Answer {
  /** Seconds since it was made. */
  readonly age: number;
  /** Seconds beyond `maxAge` for which it may still be shown while a fresh one is made. */
  readonly staleFor: number;
}

/** An answer's second life: as long as its first, and a minute at most. */
const longestStaleSeconds = 60;
const staleFor = (maxAge: number): number => Math.min(maxAge, longestStaleSeconds);

/**
 * Keeps public answers to anonymous viewers.
 *
 * Only anonymous viewers fill it and only they are served from it. A subgraph may declare a field public
 * that depends on the viewer after all (a scalar inherits its parent's policy); then the worst that can
 * happen is that an anonymous viewer sees what another anonymous viewer saw. It also means that whoever
 * is signed in reads her own writes.
 */
export interface ResponseCache {
  /**
   * The kept answer, or a fresh one. Identical requests that wait at the same time share one.
   * @param waiter of the one who asks; @param produce is told when all who wait have gone, and
   *   must answer with `maxAge` 0 when there is an error
   */
  answer(
    key: string,
    waiter: Cancellation | undefined,
    produce: (waiters: Cancellation) => Promise<Answer>,
  ): Promise<CachedAnswer>;
}

const storedForm = z.object({ body: z.string(), maxAge: z.number(), storedAt: z.number() });

/** Everything that can change an anonymous answer. */
export const responseKey = (
  supergraphId: string,
  operation: string,
  variables: unknown,
  forwarded: string,
): string =>
  createHash('sha256')
    .update(JSON.stringify([supergraphId, operation, variables, forwarded]))
    .digest('base64url');

export function responseCache(
  store: Pick<KeyValueCache, 'get' | 'set'>,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
): ResponseCache {
  const flights = singleFlight<CachedAnswer>();
  const lookups = new Counter({
    name: 'router_response_cache_total',
    help: 'Look-ups in the cache of public answers',
    labelNames: ['result'] as const,
    registers: [metrics.registry],
  });

  const read = async (key: string): Promise<CachedAnswer | null> => {
    const text = await store.get(key);
    if (text === null) return null;
    const { body, maxAge, storedAt } = storedForm.parse(JSON.parse(text));
    const age = Math.max(0, Math.floor((now() - storedAt) / 1000));
    const stale = staleFor(maxAge);
    return age < maxAge + stale ? { body, maxAge, age, staleFor: stale } : null;
  };

  /** A cache that fails only costs time: the answer can always be made. */
  const tolerant = <Value>(work: Promise<Value>, otherwise: Value): Promise<Value> =>
    work.catch((error: unknown) => {
      logger.warn({ reason: errorMessage(error) }, 'the response cache does not work');
      return otherwise;
    });

  const refresh = async (
    key: string,
    produce: (waiters: Cancellation) => Promise<Answer>,
    waiters: Cancellation,
  ): Promise<CachedAnswer> => {
    const { body, maxAge } = await produce(waiters);
    const stale = staleFor(maxAge);
    if (maxAge > 0) {
      const value = JSON.stringify({ body, maxAge, storedAt: now() });
      await tolerant(store.set(key, value, { ttlSeconds: maxAge + stale }), undefined);
    }
    return { body, maxAge, age: 0, staleFor: stale };
  };
  const refreshBehind = (key: string, produce: (waiters: Cancellation) => Promise<Answer>) => {
    const made = flights.run(`${key}:refresh`, undefined, (joint) => refresh(key, produce, joint));
    made.catch((error: unknown) => {
      logger.warn({ reason: errorMessage(error) }, 'a kept answer could not be refreshed');
    });
  };
  const make = async (
    key: string,
    produce: (waiters: Cancellation) => Promise<Answer>,
    waiters: Cancellation,
  ): Promise<CachedAnswer> => {
    const kept = await tolerant(read(key), null);
    if (kept === null) {
      lookups.inc({ result: 'miss' });
      return refresh(key, produce, waiters);
    }
    const isStale = kept.age >= kept.maxAge;
    lookups.inc({ result: isStale ? 'stale' : 'hit' });
    if (isStale) refreshBehind(key, produce);
    return kept;
  };

  return {
    answer(key, waiter, produce) {
      const name = `response:${key}`;
      return flights.run(name, waiter, (joint) => make(name, produce, joint));
    },
  };
}
