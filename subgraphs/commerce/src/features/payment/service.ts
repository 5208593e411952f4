import type { Clock, Logger } from '@pcc/platform';
import type { Transactions, Work } from '../../database.js';
import { unappliedEntries, type LedgerService } from '../ledger/service.js';
import { isOpen, type Order, type OrderSettlement } from '../order/service.js';
import type { RefundService } from '../refund/service.js';
import type { Outcome, PaymentNews, ProviderEvent, RefundNews } from './model.js';
import { paymentRepository } from './repository.js';

export { readStripeEvent } from './stripe-event.js';

export interface PaymentDeps {
  readonly transactions: Transactions;
  readonly settlement: OrderSettlement;
  readonly refunds: RefundService;
  readonly ledger: LedgerService;
  readonly clock: Clock;
  readonly logger: Logger;
}

type News<Kind extends PaymentNews['kind']> = Extract<PaymentNews, { kind: Kind }>;

/**
 * Applies what the payment provider reports: at least once and in any order. The event's row in the inbox
 * commits with its effect, so a duplicate changes nothing; what comes too late meets an order that has
 * moved on, and changes nothing either.
 */
export const paymentService = ({
  transactions,
  settlement,
  refunds,
  ledger,
  clock,
  logger,
}: PaymentDeps) => {
  const payUnapplied = async (work: Work, order: Order, news: News<'paid'>): Promise<Outcome> => {
    const { amountMinor, paymentReference } = news;
    await ledger.post(work.transaction, {
      orderId: order.id,
      refundId: null,
      currency: order.currency,
      entries: unappliedEntries(amountMinor),
    });
    await refunds.requestUnapplied(work, order, { amountMinor, paymentReference });
    return 'REFUND_REQUESTED';
  };

  const paid = async (work: Work, event: ProviderEvent, news: News<'paid'>): Promise<Outcome> => {
    const order = await settlement.lock(work, news.orderId);
    if (order === null) return 'UNKNOWN_ORDER';
    if (news.amountMinor !== order.totalMinor || news.currency !== order.currency) {
      return 'AMOUNT_MISMATCH';
    }
    const recorded = await paymentRepository.record(work.transaction, {
      orderId: order.id,
      kind: 'CHARGE',
      status: 'SUCCEEDED',
      amountMinor: news.amountMinor,
      currency: news.currency,
      provider: event.provider,
      providerReference: news.paymentReference,
      reason: null,
      createdAt: clock.now(),
    });
    if (!recorded) return 'NO_CHANGE';
    if (!isOpen(order)) return payUnapplied(work, order, news);
    await settlement.pay(work, order, news.paymentReference);
    return 'PAID';
  };

  const declined = async (
    work: Work,
    event: ProviderEvent,
    news: News<'declined'>,
  ): Promise<Outcome> => {
    const order = await settlement.lock(work, news.orderId);
    if (order === null) return 'UNKNOWN_ORDER';
    if (!isOpen(order)) return 'NO_CHANGE';
    await paymentRepository.record(work.transaction, {
      orderId: order.id,
      kind: 'CHARGE',
      status: 'FAILED',
      amountMinor: order.totalMinor,
      currency: order.currency,
      provider: event.provider,
      providerReference: news.paymentReference,
      reason: news.reason,
      createdAt: clock.now(),
    });
    await settlement.decline(work, order, news.reason);
    return 'DECLINED';
  };

  const expired = async (work: Work, news: News<'expired'>): Promise<Outcome> => {
    const order = await settlement.lock(work, news.orderId);
    if (order === null) return 'UNKNOWN_ORDER';
    if (!isOpen(order)) return 'NO_CHANGE';
    await settlement.cancel(work, order);
    return 'CANCELLED';
  };

  const refunded = async (work: Work, event: ProviderEvent, news: RefundNews): Promise<Outcome> => {
    const { refundId, providerReference, amountMinor } = news;
    if (refundId === null) return 'UNKNOWN_REFUND';
    const settled = await refunds.settle(work, { refundId, providerReference, amountMinor });
    if (settled === null) return 'NO_CHANGE';
    await paymentRepository.record(work.transaction, {
      orderId: settled.order.id,
      kind: 'REFUND',
      status: 'SUCCEEDED',
      amountMinor,
      currency: settled.refund.currency,
      provider: event.provider,
      providerReference,
      reason: settled.refund.reason,
      createdAt: clock.now(),
    });
    return 'REFUNDED';
  };

  /** A charge lists all its refunds each time: most are known already. */
  const refundedAll = async (
    work: Work,
    event: ProviderEvent,
    news: News<'refunded'>,
  ): Promise<Outcome> => {
    const outcomes: Outcome[] = [];
    for (const refund of news.refunds) outcomes.push(await refunded(work, event, refund));
    const worst = ['UNKNOWN_REFUND', 'REFUNDED'] as const;
    return worst.find((outcome) => outcomes.includes(outcome)) ?? 'NO_CHANGE';
  };

  const apply = (work: Work, event: ProviderEvent): Promise<Outcome> => {
    const { news } = event;
    switch (news.kind) {
      case 'paid':
        return paid(work, event, news);
      case 'declined':
        return declined(work, event, news);
      case 'expired':
        return expired(work, news);
      case 'refunded':
        return refundedAll(work, event, news);
      case 'other':
        return Promise.resolve('IGNORED');
    }
  };

  return {
    /** @returns what became of it; a rejection means: try again */
    async handle(event: ProviderEvent): Promise<Outcome> {
      const outcome = await transactions.run<Outcome>(async (work) => {
        const isNew = await paymentRepository.claimEvent(work.transaction, event, clock.now());
        if (!isNew) return 'NO_CHANGE';
        const result = await apply(work, event);
        await paymentRepository.saveOutcome(work.transaction, event, result);
        return result;
      });
      const { eventId, type } = event;
      // The provider has money that does not fit our books: asking again would not help, a person must.
      const strange = ['AMOUNT_MISMATCH', 'UNKNOWN_ORDER', 'UNKNOWN_REFUND'].includes(outcome);
      logger[strange ? 'error' : 'info']({ eventId, type, outcome }, 'payment webhook handled');
      return outcome;
    },
  };
};

export type PaymentService = ReturnType<typeof paymentService>;
