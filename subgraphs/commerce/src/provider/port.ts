import type { Currency } from '../money.js';

export interface CheckoutRequest {
  readonly orderId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** What the buyer reads on the provider's page. */
  readonly description: string;
  readonly expiresAt: Date;
}

export interface Checkout {
  /** The provider's name for the checkout session. */
  readonly providerReference: string;
  /** Where the buyer pays: absolute, or relative to commerce's public URL. */
  readonly checkoutUrl: string;
}

export interface RefundRequest {
  /** Asked for twice under one id, it is given back once. */
  readonly refundId: string;
  readonly paymentReference: string;
  readonly amountMinor: bigint;
}

/**
 * A company that takes money. Calls may go over a network: never make one inside a transaction. What
 * really happened comes back as a signed webhook, which alone changes an order.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Opens a checkout; asked again for the same order, it gives the same one. */
  createCheckout(request: CheckoutRequest): Promise<Checkout>;
  /** Closes a checkout that nobody may pay any more; one that is closed already stays so. */
  expireCheckout(providerReference: string): Promise<void>;
  /** @returns the provider's name for the refund; the money is back when the webhook says so */
  refund(request: RefundRequest): Promise<{ readonly providerReference: string }>;
}
