import type { Clock } from '@pcc/platform';
import type { Database, Transactions, Work } from '../../database.js';
import type { PaymentProvider, RefundRequest } from '../port.js';
import type { Delivery, SandboxCheckout } from './model.js';
import { sandboxRepository } from './repository.js';
import {
  chargeRefunded,
  paymentFailed,
  sandboxId,
  sessionCompleted,
  sessionExpired,
} from './stripe-format.js';

export interface SandboxDeps {
  readonly database: Database;
  readonly transactions: Transactions;
  /** Wakes the worker that calls webhooks. */
  readonly onDelivery: () => void;
  readonly clock: Clock;
}

export type PaymentAttempt =
  | 'paid'
  | 'declined'
  /** Not one of the test cards. */
  | 'unknown_card'
  /** Paid or expired before. */
  | 'closed'
  | 'not_found';

/** Stripe's test cards. */
const payingCard = '4242424242424242';
const decliningCard = '4000000000000002';

const sweepSize = 50;

/**
 * A payment provider that pretends to be Stripe, without money. It has tables of its own, and tells of
 * payments and refunds only as Stripe does: by signed webhooks, kept until they are answered with 2xx.
 */
export const sandbox = ({ database, transactions, onDelivery, clock }: SandboxDeps) => {
  const owe = async (work: Work, delivery: Delivery) => {
    await sandboxRepository.insertDelivery(work.transaction, delivery, clock.now());
    work.afterCommit(onDelivery);
  };

  const expire = (id: string): Promise<void> =>
    transactions.run(async (work) => {
      if (!(await sandboxRepository.close(work.transaction, id, 'expired'))) return;
      const checkout = await sandboxRepository.byId(work.transaction, id);
      if (checkout !== null) await owe(work, sessionExpired(checkout, clock.now()));
    });

  const refund = ({ refundId, paymentReference, amountMinor }: RefundRequest): Promise<string> =>
    transactions.run(async (work) => {
      const { transaction } = work;
      const checkout = await sandboxRepository.lockPaid(transaction, paymentReference);
      if (checkout === null) throw new Error('No such payment_intent');
      const earlier = await sandboxRepository.refunds(transaction, checkout.id);
      const repeated = earlier.find(({ idempotencyKey }) => idempotencyKey === refundId);
      if (repeated !== undefined) return repeated.id;
      const refundedMinor = checkout.refundedMinor + amountMinor;
      if (refundedMinor > checkout.amountMinor) {
        throw new Error('Refund amount is greater than unrefunded amount on charge');
      }
      const made = {
        id: sandboxId('re'),
        idempotencyKey: refundId,
        checkoutId: checkout.id,
        amountMinor,
        createdAt: clock.now(),
      };
      await sandboxRepository.insertRefund(transaction, made, refundedMinor);
      const charge = { ...checkout, refundedMinor };
      await owe(work, chargeRefunded(charge, [...earlier, made], clock.now()));
      return made.id;
    });

  const provider: PaymentProvider = {
    name: 'sandbox',
    async createCheckout({ orderId, amountMinor, currency, description, expiresAt }) {
      await sandboxRepository.insertCheckout(database, {
        id: sandboxId('cs_test'),
        orderId,
        amountMinor,
        currency,
        description,
        status: 'open',
        paymentIntent: sandboxId('pi'),
        refundedMinor: 0n,
        createdAt: clock.now(),
        expiresAt,
      });
      const checkout = await sandboxRepository.byOrderId(database, orderId);
      if (checkout === null) throw new Error('checkout neither inserted nor found');
      return {
        providerReference: checkout.id,
        checkoutUrl: `/sandbox/checkout/${checkout.id}`,
      };
    },
    expireCheckout: expire,
    refund: async (request) => ({ providerReference: await refund(request) }),
  };

  return {
    provider,

    checkout: (id: string): Promise<SandboxCheckout | null> => sandboxRepository.byId(database, id),

    /** What the buyer does on the provider's page. */
    pay: (id: string, cardNumber: string): Promise<PaymentAttempt> =>
      transactions.run(async (work): Promise<PaymentAttempt> => {
        const { transaction } = work;
        const now = clock.now();
        const checkout = await sandboxRepository.byId(transaction, id);
        if (checkout === null) return 'not_found';
        if (checkout.status !== 'open' || checkout.expiresAt <= now) return 'closed';
        if (cardNumber === decliningCard) {
          await owe(work, paymentFailed(checkout, now));
          return 'declined';
        }
        if (cardNumber !== payingCard) return 'unknown_card';
        if (!(await sandboxRepository.close(transaction, id, 'complete'))) return 'closed';
        await owe(work, sessionCompleted({ ...checkout, status: 'complete' }, now));
        return 'paid';
      }),

    /** Closes sessions that nobody paid in time. @returns whether there may be more */
    async expireDue(): Promise<boolean> {
      const ids = await sandboxRepository.overdueIds(database, clock.now(), sweepSize);
      for (const id of ids) await expire(id);
      return ids.length === sweepSize;
    },
  };
};

export type Sandbox = ReturnType<typeof sandbox>;
