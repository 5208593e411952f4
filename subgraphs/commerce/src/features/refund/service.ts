import {
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Logger,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database, Transactions, Work } from '../../database.js';
import type { PaymentProvider } from '../../provider/port.js';
import { sum } from '../../money.js';
import { runOrRefuse } from '../../refusal.js';
import { refundEntries, unappliedRefundEntries, type LedgerService } from '../ledger/service.js';
import { eventLines, type Order, type OrderLine, type OrderSettlement } from '../order/service.js';
import type { Refund, RefundLine } from './model.js';
import { refundRepository } from './repository.js';
import { refundSubmission } from './submission.js';

export interface RefundDeps {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly settlement: OrderSettlement;
  readonly ledger: LedgerService;
  readonly provider: PaymentProvider;
  /** Wakes the worker that takes requested refunds to the provider. */
  readonly onRequested: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LineRefundRequest {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly reason: string;
  readonly requestedBy: string | null;
}

export interface ReturnedMoney {
  readonly refundId: string;
  readonly providerReference: string | null;
  readonly amountMinor: bigint;
}

const refundOrderInput = z.object({
  orderId: z.string(),
  reason: z.string().trim().min(1, 'Give a reason.').max(500),
});

/**
 * A refund is asked for in a transaction (REQUESTED), taken to the provider after it (SUBMITTED), and
 * complete when the provider's webhook says that the money went back: only then is it booked and told.
 */
export const refundService = (deps: RefundDeps) => {
  const { database, transactions, settlement, ledger, clock, logger } = deps;

  const insert = async (
    work: Work,
    order: Order,
    given: Pick<Refund, 'kind' | 'amountMinor' | 'reason' | 'requestedBy' | 'paymentReference'>,
    lines: readonly RefundLine[],
  ): Promise<Refund> => {
    const refund: Refund = {
      ...given,
      id: newId(),
      orderId: order.id,
      currency: order.currency,
      status: 'REQUESTED',
      providerReference: null,
      attempts: 0,
      nextAttemptAt: clock.now(),
      lastError: null,
      createdAt: clock.now(),
      completedAt: null,
    };
    await refundRepository.insert(work.transaction, refund, lines);
    work.afterCommit(deps.onRequested);
    return refund;
  };

  const finish = async (work: Work, order: Order, refund: Refund): Promise<void> => {
    const { transaction } = work;
    const lineIds = await refundRepository.lineIds(transaction, refund.id);
    const settled = await settlement.finishLineRefund(work, order, lineIds);
    const lines = await settlement.linesOf(work, order);
    await work.emit('order.refunded', {
      aggregateId: order.id,
      aggregateVersion: settled.version,
      data: {
        orderId: order.id,
        userId: order.userId,
        refundId: refund.id,
        amountMinor: refund.amountMinor.toString(),
        currency: refund.currency,
        lines: eventLines(lines.filter(({ id }) => lineIds.includes(id))),
        reason: refund.reason,
      },
    });
  };

  const complete = async (work: Work, order: Order, refund: Refund, reference: string | null) => {
    const { transaction } = work;
    if (!(await refundRepository.complete(transaction, refund.id, reference, clock.now())))
      return false;
    const { amountMinor, currency } = refund;
    await ledger.post(transaction, {
      orderId: order.id,
      refundId: refund.id,
      currency,
      entries:
        refund.kind === 'LINES' ? refundEntries(amountMinor) : unappliedRefundEntries(amountMinor),
    });
    // An unapplied payment was never announced as paid, so its way back is not either.
    if (refund.kind === 'LINES') await finish(work, order, refund);
    return true;
  };

  /** Asks for the money of paid lines; does nothing when one of them is not paid (any more). */
  const requestLines = async (work: Work, request: LineRefundRequest): Promise<boolean> => {
    const { order, lines, reason, requestedBy } = request;
    if (lines.length === 0 || !(await settlement.beginLineRefund(work, lines))) return false;
    const amountMinor = sum(lines.map(({ totalMinor }) => totalMinor));
    const refund = await insert(
      work,
      order,
      {
        kind: 'LINES',
        amountMinor,
        reason,
        requestedBy,
        paymentReference: order.paymentReference,
      },
      lines.map((line) => ({ orderLineId: line.id, amountMinor: line.totalMinor })),
    );
    // Nothing was paid for these lines, so there is no provider to wait for.
    if (amountMinor === 0n) await complete(work, order, refund, null);
    return true;
  };

  return {
    ...refundSubmission(deps),

    /** An admin gives back everything that is still paid. */
    async refundOrder(viewer: Viewer, input: unknown): Promise<Result<Order>> {
      const requestedBy = viewer.mustHaveRole('admin');
      const valid = validate(refundOrderInput, input);
      if (!valid.ok) return valid;
      const { orderId, reason } = valid.value;
      const notFound = () => refuse('NOT_FOUND', 'There is no such order.', 'input.orderId');
      if (!isId(orderId)) return notFound();
      return runOrRefuse(transactions, async (work) => {
        const order = await settlement.lock(work, orderId);
        if (order === null) return notFound();
        const lines = (await settlement.linesOf(work, order)).filter(
          ({ status }) => status === 'PAID',
        );
        if (!(await requestLines(work, { order, lines, reason, requestedBy }))) {
          const message = 'Nothing of this order is paid and not on its way back.';
          return refuse('ORDER_NOT_REFUNDABLE', message, 'input.orderId');
        }
        return ok((await settlement.lock(work, orderId)) ?? order);
      });
    },

    /** Learning could not enrol a paid line: its money, and no other, goes back. */
    async refundRefusedLine(
      work: Work,
      refused: { readonly orderId: string; readonly orderLineId: string; readonly reason: string },
    ): Promise<void> {
      const order = await settlement.lock(work, refused.orderId);
      const lines = order === null ? [] : await settlement.linesOf(work, order);
      const line = lines.find(({ id }) => id === refused.orderLineId);
      if (order === null || line === undefined) {
        logger.error({ orderId: refused.orderId }, 'enrolment refused for an unknown order line');
        return;
      }
      const { reason } = refused;
      await requestLines(work, { order, lines: [line], reason, requestedBy: null });
    },

    /** Money came for an order that is closed. */
    async requestUnapplied(
      work: Work,
      order: Order,
      payment: { readonly paymentReference: string; readonly amountMinor: bigint },
    ): Promise<void> {
      const reason = 'PAID_AFTER_CANCELLATION';
      await insert(work, order, { ...payment, kind: 'UNAPPLIED', reason, requestedBy: null }, []);
    },

    /** The provider says that money went back. @returns the order and refund, or null when it changed nothing */
    async settle(
      work: Work,
      money: ReturnedMoney,
    ): Promise<{ readonly order: Order; readonly refund: Refund } | null> {
      const known = await refundRepository.byId(work.transaction, money.refundId);
      if (known === null || known.amountMinor !== money.amountMinor) return null;
      const order = await settlement.lock(work, known.orderId);
      if (order === null) throw new Error(`refund ${known.id} has no order`);
      const done = await complete(work, order, known, money.providerReference);
      return done ? { order, refund: known } : null;
    },

    byOrderIds: (orderIds: readonly string[]) => refundRepository.byOrderIds(database, orderIds),
  };
};

export type RefundService = ReturnType<typeof refundService>;
