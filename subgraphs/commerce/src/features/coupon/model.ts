import type { Currency } from '../../money.js';

/** Exactly one of `percentOff` and `amountOffMinor` is set, the latter with its `currency`. */
export interface Coupon {
  readonly id: string;
  readonly code: string;
  readonly percentOff: number | null;
  readonly amountOffMinor: bigint | null;
  readonly currency: Currency | null;
  readonly courseId: string | null;
  readonly validUntil: Date | null;
  readonly maxUses: number | null;
  readonly uses: number;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** What a discount is computed from. */
export interface PricedCourse {
  readonly courseId: string;
  readonly amountMinor: bigint;
}
