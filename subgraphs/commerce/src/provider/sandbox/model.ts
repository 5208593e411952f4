export interface SandboxCheckout {
  readonly id: string;
  readonly orderId: string;
  readonly amountMinor: bigint;
  /** In capitals. */
  readonly currency: string;
  readonly description: string;
  readonly status: 'open' | 'complete' | 'expired';
  readonly paymentIntent: string;
  readonly refundedMinor: bigint;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface SandboxRefund {
  readonly id: string;
  /** Ours: `refunds.id`. */
  readonly idempotencyKey: string;
  readonly checkoutId: string;
  readonly amountMinor: bigint;
  readonly createdAt: Date;
}

/** A webhook call that is owed. */
export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly payload: string;
  readonly attempts: number;
}
