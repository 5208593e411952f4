import { createMetrics, silentLogger } from '@pcc/platform';
import type { KeyValueCache } from '@pcc/stores';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { responseCache } from './response-cache.js';

/** A store with a clock that the test moves. */
function setUp(store?: Pick<KeyValueCache, 'get' | 'set'>) {
  let nowMs = 1_000_000;
  const entries = new Map<string, { value: string; until: number }>();
  const memory: Pick<KeyValueCache, 'get' | 'set'> = {
    get: async (key) => {
      const entry = entries.get(key);
      return entry === undefined || entry.until <= nowMs ? null : entry.value;
    },
    set: async (key, value, { ttlSeconds }) =>
      void entries.set(key, { value, until: nowMs + ttlSeconds * 1000 }),
  };
  const cache = responseCache(store ?? memory, silentLogger, createMetrics('test'), () => nowMs);
  let made = 0;
  const ask = (maxAge = 10) =>
    cache.answer('key', undefined, async () => ({ body: `answer ${++made}`, maxAge }));
  return { ask, pass: (seconds: number) => (nowMs += seconds * 1000), made: () => made };
}

describe('the response cache', () => {
  it('tells an answer’s age while it is fresh', async () => {
    const { ask, pass } = setUp();
    expect(await ask()).toEqual({ body: 'answer 1', maxAge: 10, age: 0, staleFor: 10 });
    pass(9);
    expect(await ask()).toEqual({ body: 'answer 1', maxAge: 10, age: 9, staleFor: 10 });
  });

  it('shows a stale one once more while it makes a fresh one', async () => {
    const { ask, pass, made } = setUp();
    await ask();
    pass(15);
    const [one, two] = await Promise.all([ask(), ask()]);
    expect([one, two].map(({ body, age }) => [body, age])).toEqual([
      ['answer 1', 15],
      ['answer 1', 15],
    ]);
    await waitFor(async () => (await ask()).body === 'answer 2');
    expect(made()).toBe(2);
  });

  it('shows none that is too old', async () => {
    const { ask, pass } = setUp();
    await ask();
    pass(20);
    expect(await ask()).toMatchObject({ body: 'answer 2', age: 0 });
  });

  it('keeps nothing that may not be kept', async () => {
    const { ask } = setUp();
    expect([(await ask(0)).body, (await ask(0)).body]).toEqual(['answer 1', 'answer 2']);
  });

  it('only costs time when its store fails', async () => {
    const down = () => Promise.reject(new Error('down'));
    const { ask } = setUp({ get: down, set: down });
    expect([(await ask()).body, (await ask()).body]).toEqual(['answer 1', 'answer 2']);
  });
});
