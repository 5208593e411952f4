import { sum } from '../../money.js';

/**
 * PROVIDER_CLEARING: what the payment provider holds for us. COURSE_SALES: at full price.
 * SALES_DISCOUNTS and SALES_REFUNDS: what sales are less than that.
 * UNAPPLIED_PAYMENTS: money that came for an order that was closed; we owe it to the buyer.
 */
export type Account =
  'PROVIDER_CLEARING' | 'COURSE_SALES' | 'SALES_DISCOUNTS' | 'SALES_REFUNDS' | 'UNAPPLIED_PAYMENTS';

export interface Entry {
  readonly account: Account;
  /** Debits are positive, credits negative. */
  readonly amountMinor: bigint;
}

/** An order was paid. */
export const saleEntries = (order: {
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  readonly totalMinor: bigint;
}): Entry[] =>
  entries([
    ['PROVIDER_CLEARING', order.totalMinor],
    ['SALES_DISCOUNTS', order.discountMinor],
    ['COURSE_SALES', -order.subtotalMinor],
  ]);

/** The provider gave money of an order back. */
export const refundEntries = (amountMinor: bigint): Entry[] =>
  entries([
    ['SALES_REFUNDS', amountMinor],
    ['PROVIDER_CLEARING', -amountMinor],
  ]);

/** Money came that no open order waited for. */
export const unappliedEntries = (amountMinor: bigint): Entry[] =>
  entries([
    ['PROVIDER_CLEARING', amountMinor],
    ['UNAPPLIED_PAYMENTS', -amountMinor],
  ]);

/** Such money went back. */
export const unappliedRefundEntries = (amountMinor: bigint): Entry[] =>
  entries([
    ['UNAPPLIED_PAYMENTS', amountMinor],
    ['PROVIDER_CLEARING', -amountMinor],
  ]);

/** @throws RangeError when they do not sum to zero: a defect of whoever made them */
function entries(amounts: readonly (readonly [Account, bigint])[]): Entry[] {
  if (sum(amounts.map(([, amount]) => amount)) !== 0n) throw new RangeError('unbalanced');
  return amounts
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amountMinor]) => ({ account, amountMinor }));
}
