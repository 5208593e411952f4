import type { Connection } from '@pcc/platform';
import type { Currency } from '../../money.js';

export type OrderStatus =
  'PENDING' | 'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED' | 'CANCELLED' | 'FAILED';
export type OrderLineStatus = 'PENDING' | 'PAID' | 'REFUNDING' | 'REFUNDED' | 'CANCELLED';

export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly status: OrderStatus;
  readonly currency: Currency;
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  readonly totalMinor: bigint;
  readonly couponId: string | null;
  readonly couponCode: string | null;
  /** The provider's checkout session. */
  readonly providerReference: string | null;
  /** Absolute, or relative to commerce's public URL. */
  readonly checkoutUrl: string | null;
  /** The provider's payment. */
  readonly paymentReference: string | null;
  readonly failureReason: string | null;
  /** Counts up with each change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly paidAt: Date | null;
  readonly cancelledAt: Date | null;
}

export interface OrderLine {
  readonly id: string;
  readonly orderId: string;
  readonly position: number;
  readonly courseId: string;
  readonly priceMinor: bigint;
  readonly discountMinor: bigint;
  readonly totalMinor: bigint;
  readonly status: OrderLineStatus;
  /** The order's. */
  readonly currency: Currency;
}

export type OrderConnection = Connection<Order>;

/** A person as commerce refers to them; the person is learning's. */
export interface UserReference {
  readonly id: string;
}

/** Whether money may still come: a declined payment leaves the checkout open for another. */
export const isOpen = (order: Order): boolean =>
  order.status === 'PENDING' || order.status === 'FAILED';

/** The form in which events tell of lines. */
export const eventLines = (lines: readonly OrderLine[]) =>
  lines.map(({ id, courseId, totalMinor }) => ({
    orderLineId: id,
    courseId,
    amountMinor: totalMinor.toString(),
  }));
