import { describe, expect, it } from 'vitest';
import { orderedMap } from './ordered-map.js';

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('orderedMap', () => {
  it('agrees with a sorted list through 20,000 random changes and ranges', () => {
    const next = random(7);
    const map = orderedMap();
    const model = new Map<string, number>();
    const key = (): string => String(Math.floor(next() * 5_000)).padStart(4, '0');
    for (let step = 0; step < 20_000; step++) {
      const changed = key();
      if (next() < 0.6) {
        map.set(changed, step);
        model.set(changed, step);
      } else expect(map.delete(changed)).toBe(model.delete(changed));
      if (step % 500 !== 0) continue;
      const [low = '', high = ''] = [key(), key()].sort();
      const expected = [...model]
        .filter(([name]) => name >= low && name < high)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, value]) => value);
      expect([...map.values({ low, high })]).toEqual(expected);
      expect([...map.values({ low, high }, true)]).toEqual(expected.reverse());
      expect(map.size).toBe(model.size);
    }
    expect([...map.entries()].map(([name]) => name)).toEqual([...model.keys()].sort());
  });
});
