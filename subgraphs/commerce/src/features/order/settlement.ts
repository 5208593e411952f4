import type { Clock } from '@pcc/platform';
import type { Work } from '../../database.js';
import type { PaymentProvider } from '../../provider/port.js';
import type { CouponService } from '../coupon/service.js';
import { saleEntries, type LedgerService } from '../ledger/service.js';
import { eventLines, isOpen, type Order, type OrderLine } from './model.js';
import { orderRepository } from './repository.js';

export interface SettlementDeps {
  readonly coupons: CouponService;
  readonly ledger: LedgerService;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
}

/**
 * How an order changes after it was made. Each step runs in its caller's transaction, on an order that
 * the caller has locked in it.
 */
export const orderSettlement = ({ coupons, ledger, provider, clock }: SettlementDeps) => {
  const linesOf = (work: Work, order: Order) =>
    orderRepository.linesByOrderIds(work.transaction, [order.id]);
  const idsOf = (lines: readonly OrderLine[]) => lines.map(({ id }) => id);

  return {
    lock: ({ transaction }: Work, orderId: string) => orderRepository.lock(transaction, orderId),
    linesOf,

    /** Books the sale and emits `order.paid`. @param paymentReference null when there was nothing to pay */
    async pay(work: Work, order: Order, paymentReference: string | null): Promise<Order> {
      const { transaction, emit } = work;
      const lines = await linesOf(work, order);
      await orderRepository.moveLines(transaction, idsOf(lines), 'PENDING', 'PAID');
      const paid = await orderRepository.change(transaction, order.id, {
        status: 'PAID',
        paidAt: clock.now(),
        paymentReference,
      });
      await coupons.use(transaction, order.id);
      await ledger.post(transaction, {
        orderId: order.id,
        refundId: null,
        currency: order.currency,
        entries: saleEntries(order),
      });
      await emit('order.paid', {
        aggregateId: order.id,
        aggregateVersion: paid.version,
        data: {
          orderId: order.id,
          userId: order.userId,
          totalMinor: order.totalMinor.toString(),
          currency: order.currency,
          lines: eventLines(lines),
        },
      });
      return paid;
    },

    /** A payment was declined. The order stays open: the buyer may try another card. */
    async decline(work: Work, order: Order, reason: string): Promise<void> {
      const failed = await orderRepository.change(work.transaction, order.id, {
        status: 'FAILED',
        failureReason: reason,
      });
      await work.emit('order.payment_failed', {
        aggregateId: order.id,
        aggregateVersion: failed.version,
        data: { orderId: order.id, userId: order.userId, reason },
      });
    },

    /** Closes an open order for good and frees its coupon; after the commit the provider is told. */
    async cancel(work: Work, order: Order): Promise<Order> {
      if (!isOpen(order)) throw new TypeError(`order ${order.id} is ${order.status}`);
      const { transaction } = work;
      const lines = await linesOf(work, order);
      await orderRepository.moveLines(transaction, idsOf(lines), 'PENDING', 'CANCELLED');
      await coupons.release(transaction, order.id);
      const { providerReference } = order;
      if (providerReference !== null) {
        // If this is lost, somebody may still pay: that money goes back by itself.
        work.afterCommit(() => provider.expireCheckout(providerReference));
      }
      return orderRepository.change(transaction, order.id, {
        status: 'CANCELLED',
        cancelledAt: clock.now(),
      });
    },

    /** @returns false when one of the lines is not paid (any more); then nothing may be refunded */
    async beginLineRefund({ transaction }: Work, lines: readonly OrderLine[]): Promise<boolean> {
      const moved = await orderRepository.moveLines(transaction, idsOf(lines), 'PAID', 'REFUNDING');
      return moved === lines.length;
    },

    /** The money of these lines went back. */
    async finishLineRefund(work: Work, order: Order, lineIds: readonly string[]): Promise<Order> {
      const { transaction } = work;
      await orderRepository.moveLines(transaction, lineIds, 'REFUNDING', 'REFUNDED');
      const lines = await linesOf(work, order);
      const all = lines.every(({ status }) => status === 'REFUNDED');
      return orderRepository.change(transaction, order.id, {
        status: all ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
      });
    },
  };
};

export type OrderSettlement = ReturnType<typeof orderSettlement>;
