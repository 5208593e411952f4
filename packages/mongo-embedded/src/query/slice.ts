import { badValue } from '../errors.js';
import { toNumber } from '../bson/types.js';

/** The projection `$slice`: the first n, the last n (negative), or `[skip, count]`. */
export function arraySlice(array: readonly unknown[], slice: unknown): unknown[] {
  if (!Array.isArray(slice)) {
    const count = toNumber(slice) ?? 0;
    return count >= 0 ? array.slice(0, count) : array.slice(count);
  }
  const [skip = 0, count = 0] = (slice as unknown[]).map((item) => toNumber(item) ?? 0);
  if (count <= 0) throw badValue('$slice limit must be positive');
  const start = skip >= 0 ? skip : Math.max(0, array.length + skip);
  return array.slice(start, start + count);
}
