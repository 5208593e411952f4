import { newId } from '@pcc/platform';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../money.js';
import { discountsOf, splitByWeight } from './discount.js';
import type { Coupon } from './model.js';

const amount = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });
const weights = fc.array(amount, { minLength: 1, maxLength: 20 });

const coupon = (given: Partial<Coupon>): Coupon => ({
  id: newId(),
  code: 'CODE',
  percentOff: null,
  amountOffMinor: null,
  currency: null,
  courseId: null,
  validUntil: null,
  maxUses: null,
  uses: 0,
  createdBy: newId(),
  createdAt: new Date(),
  ...given,
});
const course = (amountMinor: bigint, courseId = newId()) => ({ courseId, amountMinor });

describe('splitByWeight', () => {
  it('never loses a cent, never takes more than a part has, and is fair to one cent', () => {
    fc.assert(
      fc.property(weights, fc.nat(1000), (given, permille) => {
        const total = sum(given);
        const share = (total * BigInt(permille)) / 1000n;
        const parts = splitByWeight(share, given);
        expect(sum(parts)).toBe(share);
        parts.forEach((part, index) => {
          const weight = given[index] ?? 0n;
          expect(part >= 0n && part <= weight).toBe(true);
          // |part - exact| < 1, multiplied by the total to stay with whole numbers
          const error = part * total - share * weight;
          expect(total === 0n || (error < total && -error < total)).toBe(true);
        });
      }),
    );
  });

  it('gives what is left to the parts that lost most, the first of equals', () => {
    expect(splitByWeight(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(splitByWeight(10n, [1n, 5n, 9n])).toEqual([1n, 3n, 6n]);
  });

  it('refuses what cannot be split', () => {
    expect(() => splitByWeight(1n, [0n])).toThrow(RangeError);
    expect(() => splitByWeight(-1n, [1n])).toThrow(RangeError);
    expect(() => splitByWeight(1n, [-1n, 3n])).toThrow(RangeError);
  });
});

describe('discountsOf', () => {
  it('takes a percentage off the whole, rounding half a cent up', () => {
    expect(sum(discountsOf(coupon({ percentOff: 50 }), [course(333n), course(334n)]))).toBe(334n);
    expect(discountsOf(coupon({ percentOff: 100 }), [course(1999n), course(0n)])).toEqual([
      1999n,
      0n,
    ]);
    expect(discountsOf(coupon({ percentOff: 1 }), [course(49n)])).toEqual([0n]);
  });

  it('never takes more off than there is', () => {
    fc.assert(
      fc.property(weights, amount, (prices, off) => {
        const courses = prices.map((price) => course(price));
        const discounts = discountsOf(coupon({ amountOffMinor: off, currency: 'EUR' }), courses);
        const total = sum(prices);
        expect(sum(discounts)).toBe(off < total ? off : total);
        expect(discounts.every((discount, index) => discount <= (prices[index] ?? 0n))).toBe(true);
      }),
    );
  });

  it('leaves other courses alone when it is for one', () => {
    const [mine, other] = [course(1000n), course(5000n)];
    const forMine = coupon({ percentOff: 10, courseId: mine.courseId });
    expect(discountsOf(forMine, [other, mine])).toEqual([0n, 100n]);
  });
});
