import type { Currency } from '../../money.js';

export type RefundStatus = 'REQUESTED' | 'SUBMITTED' | 'COMPLETED';

export interface Refund {
  readonly id: string;
  readonly orderId: string;
  /** LINES gives order lines back; UNAPPLIED gives back money that came for a closed order. */
  readonly kind: 'LINES' | 'UNAPPLIED';
  readonly status: RefundStatus;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly reason: string;
  readonly requestedBy: string | null;
  readonly paymentReference: string | null;
  readonly providerReference: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

export interface RefundLine {
  readonly orderLineId: string;
  readonly amountMinor: bigint;
}
