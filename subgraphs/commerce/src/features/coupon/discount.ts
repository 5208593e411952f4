import { sum } from '../../money.js';
import type { Coupon, PricedCourse } from './model.js';

/**
 * Splits an amount in proportion to weights, to the last cent, by the largest remainder: every part is
 * rounded down, and what is left goes, one by one, to the parts that lost most (the first of equals).
 *
 * No part exceeds its weight when the amount does not exceed their sum.
 * @param amount from 0
 * @param weights from 0; not all 0 unless the amount is
 */
export function splitByWeight(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = sum(weights);
  if (amount < 0n || weights.some((weight) => weight < 0n)) throw new RangeError('negative');
  if (total === 0n) {
    if (amount !== 0n) throw new RangeError('nothing to split over');
    return weights.map(() => 0n);
  }
  const shares = weights.map((weight, index) => ({
    index,
    part: (amount * weight) / total,
    remainder: (amount * weight) % total,
  }));
  let left = amount - sum(shares.map(({ part }) => part));
  const byRemainder = shares.toSorted((a, b) => compare(b.remainder, a.remainder));
  for (const share of byRemainder) {
    if (left === 0n) break;
    share.part += 1n;
    left -= 1n;
  }
  return shares.map(({ part }) => part);
}

/** What a coupon takes off each course, in the order given. A percentage rounds half a cent up. */
export function discountsOf(coupon: Coupon, courses: readonly PricedCourse[]): bigint[] {
  const weights = courses.map(({ courseId, amountMinor }) =>
    coupon.courseId === null || coupon.courseId === courseId ? amountMinor : 0n,
  );
  const eligible = sum(weights);
  const wanted =
    coupon.percentOff === null
      ? (coupon.amountOffMinor ?? 0n)
      : (eligible * BigInt(coupon.percentOff) + 50n) / 100n;
  return splitByWeight(wanted < eligible ? wanted : eligible, weights);
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
