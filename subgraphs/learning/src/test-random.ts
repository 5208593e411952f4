import { randomInt } from 'node:crypto';

/** Random choices of a test, the same again for the same seed: say the seed in the test's name. */
export function seededRandom(seed = randomInt(2 ** 31)) {
  let state = seed;
  /** mulberry32: from 0 to 1. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** From 0 to `limit`, which is left out. */
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    seed,
    next,
    below,
    oneOf: <Value>(...values: Value[]): Value => values[below(values.length)] as Value,
    shuffled: <Value>(values: readonly Value[]): Value[] => {
      const left = [...values];
      return values.map(() => left.splice(below(left.length), 1)[0] as Value);
    },
  };
}
