import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../money.js';
import { refundEntries, saleEntries, unappliedEntries, unappliedRefundEntries } from './posting.js';

const amount = fc.bigInt({ min: 0n, max: 20_000_000_000_000n });
const totalOf = (entries: readonly { amountMinor: bigint }[]) =>
  sum(entries.map(({ amountMinor }) => amountMinor));

describe('postings', () => {
  it('sum to zero and have no empty entry, whatever the amounts', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [discountMinor, subtotalMinor] = a < b ? [a, b] : [b, a];
        const order = { subtotalMinor, discountMinor, totalMinor: subtotalMinor - discountMinor };
        for (const entries of [
          saleEntries(order),
          refundEntries(a),
          unappliedEntries(a),
          unappliedRefundEntries(a),
        ]) {
          expect(totalOf(entries)).toBe(0n);
          expect(entries.every(({ amountMinor }) => amountMinor !== 0n)).toBe(true);
        }
      }),
    );
  });

  it('leave nothing at the provider and nothing owed once all money went back', () => {
    fc.assert(
      fc.property(amount, (totalMinor) => {
        const sold = saleEntries({ subtotalMinor: totalMinor, discountMinor: 0n, totalMinor });
        const all = [...sold, ...refundEntries(totalMinor)];
        expect(totalOf(all.filter(({ account }) => account === 'PROVIDER_CLEARING'))).toBe(0n);
        const unapplied = [...unappliedEntries(totalMinor), ...unappliedRefundEntries(totalMinor)];
        expect(totalOf(unapplied.filter(({ account }) => account === 'UNAPPLIED_PAYMENTS'))).toBe(
          0n,
        );
      }),
    );
  });

  it('refuse an order whose total is not subtotal less discount', () => {
    expect(() => saleEntries({ subtotalMinor: 10n, discountMinor: 1n, totalMinor: 10n })).toThrow(
      RangeError,
    );
  });
});
