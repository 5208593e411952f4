import { AppError, newId } from '@pcc/platform';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import {
  chargeRefunded,
  paymentFailed,
  sessionCompleted,
  sessionExpired,
  stripeSignature,
} from '../../provider/sandbox/stripe-format.js';
import type { SandboxCheckout } from '../../provider/sandbox/model.js';
import { readStripeEvent } from './service.js';

const secret = 'whsec_0123456789abcdef0123456789abcdef';
const orderId = newId();
const checkout: SandboxCheckout = {
  id: 'cs_test_1',
  orderId,
  amountMinor: 1999n,
  currency: 'EUR',
  description: 'Bread',
  status: 'complete',
  paymentIntent: 'pi_1',
  refundedMinor: 500n,
  createdAt: new Date(),
  expiresAt: new Date(),
};
const refundId = newId();
const refund = {
  id: 're_1',
  idempotencyKey: refundId,
  checkoutId: 'cs_test_1',
  amountMinor: 500n,
  createdAt: new Date(),
};
const read = (payload: string, signature?: string, secrets = [secret]) =>
  readStripeEvent(
    Buffer.from(payload),
    signature ?? stripeSignature(payload, secret, new Date()),
    secrets,
    'sandbox',
  );
const now = new Date();

/** @returns body and signature */
type Forge = (payload: string) => [string, string | undefined];

describe('readStripeEvent', () => {
  it.each([
    [
      sessionCompleted(checkout, now),
      { kind: 'paid', orderId, paymentReference: 'pi_1', amountMinor: 1999n, currency: 'EUR' },
    ],
    [
      paymentFailed(checkout, now),
      { kind: 'declined', orderId, paymentReference: 'pi_1', reason: 'generic_decline' },
    ],
    [sessionExpired({ ...checkout, status: 'expired' }, now), { kind: 'expired', orderId }],
    [
      chargeRefunded(checkout, [refund], now),
      { kind: 'refunded', refunds: [{ refundId, providerReference: 're_1', amountMinor: 500n }] },
    ],
    [sessionCompleted({ ...checkout, status: 'open' }, now), { kind: 'other' }],
  ])('understands $type', ({ payload, eventId, type }, news) => {
    expect(read(payload)).toEqual({ provider: 'sandbox', eventId, type, news });
  });

  it('takes any of the secrets, so that they can be rotated', () => {
    const { payload, eventId } = sessionCompleted(checkout, now);
    const newer = 'whsec_newer_0123456789abcdef0123456789';
    expect(read(payload, undefined, [newer, secret]).eventId).toBe(eventId);
  });

  it("signs as Stripe's own library does", () => {
    const timestamp = Math.floor(now.getTime() / 1000);
    const expected = Stripe.webhooks.generateTestHeaderString({ payload: '{}', secret, timestamp });
    expect(stripeSignature('{}', secret, now)).toBe(expected);
  });

  it.each<[string, Forge]>([
    ['no signature', (payload) => [payload, '']],
    ['another secret', (payload) => [payload, stripeSignature(payload, 'whsec_other', now)]],
    [
      'another body',
      (payload) => [payload.replace('1999', '1'), stripeSignature(payload, secret, now)],
    ],
    [
      'an old signature',
      (payload) => [payload, stripeSignature(payload, secret, new Date(now.getTime() - 301_000))],
    ],
    ['what is no JSON', () => ['{', undefined]],
    ['what is no event', () => ['{"id":"evt_1"}', undefined]],
    [
      'an order id that cannot be one',
      () => {
        const foreign = sessionCompleted({ ...checkout, orderId: "1' OR '1'='1" }, now);
        return [foreign.payload, undefined];
      },
    ],
  ])('refuses %s', (_what, forge) => {
    const [payload, signature] = forge(sessionCompleted(checkout, now).payload);
    expect(() => read(payload, signature)).toThrow(AppError);
  });
});
