import { createHmac, randomBytes } from 'node:crypto';
import type { Delivery, SandboxCheckout, SandboxRefund } from './model.js';

/** The last API version whose charges list their refunds. */
const apiVersion = '2022-08-01';

/** `cs_test_…`, `pi_…`: unguessable, as Stripe's are. */
export const sandboxId = (prefix: string): string => `${prefix}_${randomBytes(16).toString('hex')}`;

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Stripe counts in JSON numbers; our largest order (20 lines) is far below 2^53. */
const amountOf = (amountMinor: bigint) => Number(amountMinor);

const event = (type: string, object: object, now: Date): Delivery => {
  const eventId = sandboxId('evt');
  const body = {
    id: eventId,
    object: 'event',
    api_version: apiVersion,
    created: seconds(now),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object },
  };
  return { eventId, type, payload: JSON.stringify(body), attempts: 0 };
};

const sessionObject = (checkout: SandboxCheckout) => ({
  id: checkout.id,
  object: 'checkout.session',
  client_reference_id: checkout.orderId,
  metadata: { orderId: checkout.orderId },
  amount_total: amountOf(checkout.amountMinor),
  currency: checkout.currency.toLowerCase(),
  mode: 'payment',
  status: checkout.status,
  payment_status: checkout.status === 'complete' ? 'paid' : 'unpaid',
  payment_intent: checkout.status === 'complete' ? checkout.paymentIntent : null,
  created: seconds(checkout.createdAt),
  expires_at: seconds(checkout.expiresAt),
  livemode: false,
});

export const sessionCompleted = (checkout: SandboxCheckout, now: Date): Delivery =>
  event('checkout.session.completed', sessionObject(checkout), now);

export const sessionExpired = (checkout: SandboxCheckout, now: Date): Delivery =>
  event('checkout.session.expired', sessionObject(checkout), now);

export const paymentFailed = (checkout: SandboxCheckout, now: Date): Delivery =>
  event(
    'payment_intent.payment_failed',
    {
      id: checkout.paymentIntent,
      object: 'payment_intent',
      amount: amountOf(checkout.amountMinor),
      currency: checkout.currency.toLowerCase(),
      metadata: { orderId: checkout.orderId },
      status: 'requires_payment_method',
      last_payment_error: {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'generic_decline',
        message: 'Your card was declined.',
      },
      livemode: false,
    },
    now,
  );

export const chargeRefunded = (
  checkout: SandboxCheckout,
  refunds: readonly SandboxRefund[],
  now: Date,
): Delivery =>
  event(
    'charge.refunded',
    {
      id: checkout.paymentIntent.replace(/^pi/, 'ch'),
      object: 'charge',
      amount: amountOf(checkout.amountMinor),
      amount_refunded: amountOf(checkout.refundedMinor),
      refunded: checkout.refundedMinor === checkout.amountMinor,
      currency: checkout.currency.toLowerCase(),
      payment_intent: checkout.paymentIntent,
      metadata: { orderId: checkout.orderId },
      refunds: {
        object: 'list',
        has_more: false,
        data: refunds.map((refund) => ({
          id: refund.id,
          object: 'refund',
          amount: amountOf(refund.amountMinor),
          currency: checkout.currency.toLowerCase(),
          status: 'succeeded',
          payment_intent: checkout.paymentIntent,
          metadata: { refundId: refund.idempotencyKey },
        })),
      },
      livemode: false,
    },
    now,
  );

/** The `Stripe-Signature` header: HMAC-SHA256 over time and body, so that neither can be changed. */
export function stripeSignature(payload: string, secret: string, now: Date): string {
  const timestamp = seconds(now);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${signature}`;
}
