/** What a provider's event says, in our words. Amounts are in the currency's smallest unit. */
export type PaymentNews =
  | {
      readonly kind: 'paid';
      readonly orderId: string;
      readonly paymentReference: string;
      readonly amountMinor: bigint;
      /** As the provider names it, in capitals: it may be one that we do not sell in. */
      readonly currency: string;
    }
  | {
      readonly kind: 'declined';
      readonly orderId: string;
      readonly paymentReference: string;
      readonly reason: string;
    }
  | { readonly kind: 'expired'; readonly orderId: string }
  | { readonly kind: 'refunded'; readonly refunds: readonly RefundNews[] }
  /** Nothing that we act on. */
  | { readonly kind: 'other' };

export interface RefundNews {
  /** Ours; null for a refund that somebody made at the provider by hand. */
  readonly refundId: string | null;
  readonly providerReference: string;
  readonly amountMinor: bigint;
}

export interface ProviderEvent {
  readonly provider: string;
  readonly eventId: string;
  readonly type: string;
  readonly news: PaymentNews;
}

/** What became of a provider's event; kept in `webhook_inbox`. */
export type Outcome =
  | 'PAID'
  | 'DECLINED'
  | 'CANCELLED'
  | 'REFUNDED'
  /** Money came for an order that was closed: it goes back. */
  | 'REFUND_REQUESTED'
  /** Known already, or overtaken by something later. */
  | 'NO_CHANGE'
  | 'UNKNOWN_ORDER'
  | 'UNKNOWN_REFUND'
  /** Another amount or currency than the order's: somebody has to look. */
  | 'AMOUNT_MISMATCH'
  | 'IGNORED';
