import { AppError, errorMessage, isId } from '@pcc/platform';
import Stripe from 'stripe';
import { z } from 'zod';
import type { PaymentNews, ProviderEvent } from './model.js';

/** Older signatures may be replays; Stripe's own libraries take the same. */
const toleranceSeconds = 300;

const minorUnits = z.int().nonnegative().transform(BigInt);
const metadata = z.record(z.string(), z.string()).nullish();
const orderIdOf = z.object({ metadata: z.object({ orderId: z.string().refine(isId) }) });

const session = z.object({
  client_reference_id: z.string().refine(isId),
  payment_status: z.string(),
  payment_intent: z.string().nullable(),
  amount_total: minorUnits,
  currency: z.string(),
});
const failedIntent = orderIdOf.extend({
  id: z.string(),
  last_payment_error: z
    .object({ code: z.string().nullish(), decline_code: z.string().nullish() })
    .nullish(),
});
// The refunds stand in the charge up to API version 2022-08-01, to which the webhook endpoint is pinned.
const refundedCharge = z.object({
  refunds: z.object({
    data: z.array(
      z.object({ id: z.string(), amount: minorUnits, status: z.string().nullish(), metadata }),
    ),
  }),
});

/**
 * Verifies and reads one webhook call.
 * @param rawBody the very bytes that came: the signature is over them, not over what they mean
 * @param secrets of the endpoint, newest first: any may have signed, so that they can be rotated
 * @throws AppError BAD_USER_INPUT when nobody who knows a secret has signed these bytes in the last 5 minutes
 */
export function readStripeEvent(
  rawBody: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
  provider: string,
): ProviderEvent {
  let failure: unknown = new Error('no secret');
  for (const secret of secrets) {
    try {
      const event = Stripe.webhooks.constructEvent(
        rawBody,
        signature ?? '',
        secret,
        toleranceSeconds,
      );
      return toProviderEvent(event, provider);
    } catch (error) {
      failure = error;
    }
  }
  throw new AppError(
    'BAD_USER_INPUT',
    'The webhook is not signed as it should be, or not readable.',
    {},
    {
      cause: new Error(errorMessage(failure)),
    },
  );
}

const toProviderEvent = (event: Stripe.Event, provider: string): ProviderEvent => ({
  provider,
  eventId: z.string().min(1).max(255).parse(event.id),
  type: z.string().min(1).max(255).parse(event.type),
  news: newsOf(event.type, event.data.object),
});

function newsOf(type: string, object: unknown): PaymentNews {
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return paid(session.parse(object));
    case 'checkout.session.expired':
      return { kind: 'expired', orderId: session.parse(object).client_reference_id };
    case 'payment_intent.payment_failed':
      return declined(failedIntent.parse(object));
    case 'charge.refunded':
      return refunded(refundedCharge.parse(object));
    default:
      return { kind: 'other' };
  }
}

function paid(object: z.output<typeof session>): PaymentNews {
  // Slow ways to pay complete the session first and pay later.
  if (object.payment_status !== 'paid' || object.payment_intent === null) return { kind: 'other' };
  return {
    kind: 'paid',
    orderId: object.client_reference_id,
    paymentReference: object.payment_intent,
    amountMinor: object.amount_total,
    currency: object.currency.toUpperCase(),
  };
}

const declined = ({
  id,
  metadata: { orderId },
  last_payment_error: error,
}: z.output<typeof failedIntent>): PaymentNews => ({
  kind: 'declined',
  orderId,
  paymentReference: id,
  reason: error?.decline_code ?? error?.code ?? 'payment_failed',
});

const refunded = ({ refunds }: z.output<typeof refundedCharge>): PaymentNews => ({
  kind: 'refunded',
  refunds: refunds.data
    .filter(({ status }) => status == null || status === 'succeeded')
    .map((refund) => {
      const refundId = refund.metadata?.['refundId'];
      return {
        refundId: refundId !== undefined && isId(refundId) ? refundId : null,
        providerReference: refund.id,
        amountMinor: refund.amount,
      };
    }),
});
