import { createHash } from 'node:crypto';
import { newId, ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database, Transactions, Work } from '../../database.js';
import { idInput } from '../../input.js';
import { formatMoney, money } from '../../money.js';
import type { PaymentProvider } from '../../provider/port.js';
import { runOrRefuse } from '../../refusal.js';
import { normalCode, type CouponService } from '../coupon/service.js';
import type { ProjectionService } from '../projection/service.js';
import { draftOrder, type OrderDraft, type OrderDrafting } from './draft.js';
import { eventLines, isOpen, type Order, type OrderLine } from './model.js';
import { orderRepository } from './repository.js';
import type { OrderSettlement } from './settlement.js';

export interface CreationDeps extends OrderDrafting {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly projection: ProjectionService;
  readonly coupons: CouponService;
  readonly settlement: OrderSettlement;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
}

/** An unpaid order keeps its price and its coupon for a day. */
const lifetimeMs = 24 * 60 * 60 * 1000;

const createOrderInput = z.object({
  courseIds: z
    .array(idInput)
    .min(1, 'Order at least one course.')
    .max(20, 'An order has 20 courses at most.')
    .refine((ids) => new Set(ids).size === ids.length, { message: 'A course stands here twice.' }),
  couponCode: z.string().max(100).transform(normalCode).nullish(),
  idempotencyKey: z.string().trim().min(1, 'Make up a key.').max(200),
});

export interface OrderRequest {
  readonly userId: string;
  readonly courseIds: readonly string[];
  readonly couponCode: string | null;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

export const orderCreation = (deps: CreationDeps) => {
  const { database, transactions, settlement, provider } = deps;

  /** The checkout is opened after the commit: no network call while rows are locked. */
  const withCheckout = async (order: Order): Promise<Order> => {
    if (!isOpen(order) || order.providerReference !== null) return order;
    const checkout = await provider.createCheckout({
      orderId: order.id,
      amountMinor: order.totalMinor,
      currency: order.currency,
      description: await describe(deps, order),
      expiresAt: order.expiresAt,
    });
    await orderRepository.saveCheckout(database, order.id, checkout);
    return { ...order, ...checkout };
  };

  const create = async (work: Work, request: OrderRequest): Promise<Result<Order>> => {
    const { transaction } = work;
    const { userId, idempotencyKey } = request;
    const earlier = () => orderRepository.byIdempotencyKey(transaction, userId, idempotencyKey);
    const before = await earlier();
    if (before !== null) return repetition(before, request);
    const draft = await draftOrder(deps, transaction, request);
    const made = draft.ok ? orderOf(request, draft.value, deps.clock.now()) : null;
    if (made === null || !(await orderRepository.insert(transaction, made.order, made.lines))) {
      // The same request at the same time was a moment faster: it may also be what stands against this one,
      // as when it took the last use of the coupon.
      const winner = await earlier();
      if (winner !== null) return repetition(winner, request);
      if (!draft.ok) return draft;
      throw new Error('order neither inserted nor found');
    }
    const { order, lines } = made;
    if (order.couponId !== null) {
      const use = { couponId: order.couponId, orderId: order.id, userId };
      const reserved = await deps.coupons.reserve(transaction, use);
      if (!reserved.ok) return reserved;
    }
    await work.emit('order.created', {
      aggregateId: order.id,
      aggregateVersion: order.version,
      data: {
        orderId: order.id,
        userId,
        totalMinor: order.totalMinor.toString(),
        currency: order.currency,
        lines: eventLines(lines),
      },
    });
    return ok(order.totalMinor === 0n ? await settlement.pay(work, order, null) : order);
  };

  return {
    /** Makes an order, or finds the one that was made under the same key. Safe to repeat after any failure. */
    async createOrder(viewer: Viewer, input: unknown): Promise<Result<Order>> {
      const userId = viewer.mustBeSignedIn();
      const valid = validate(createOrderInput, input);
      if (!valid.ok) return valid;
      const { courseIds, idempotencyKey } = valid.value;
      // An empty field of a form means no coupon.
      const couponCode = valid.value.couponCode || null;
      const requestHash = hashOf(courseIds, couponCode);
      const request = { userId, courseIds, couponCode, idempotencyKey, requestHash };
      const created = await runOrRefuse(transactions, (work) => create(work, request));
      return created.ok ? ok(await withCheckout(created.value)) : created;
    },
  };
};

const repetition = (earlier: Order, request: OrderRequest): Result<Order> =>
  earlier.requestHash === request.requestHash
    ? ok(earlier)
    : refuse(
        'IDEMPOTENCY_KEY_REUSED',
        'Another order was made with this key; make up a new one.',
        'input.idempotencyKey',
      );

const hashOf = (courseIds: readonly string[], couponCode: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([courseIds.toSorted(), couponCode]))
    .digest('hex');

function orderOf(
  { userId, idempotencyKey, requestHash }: OrderRequest,
  draft: OrderDraft,
  now: Date,
): { order: Order; lines: OrderLine[] } {
  const id = newId();
  const order: Order = {
    id,
    userId,
    idempotencyKey,
    requestHash,
    status: 'PENDING',
    currency: draft.currency,
    subtotalMinor: draft.subtotalMinor,
    discountMinor: draft.discountMinor,
    totalMinor: draft.subtotalMinor - draft.discountMinor,
    couponId: draft.coupon?.id ?? null,
    couponCode: draft.coupon?.code ?? null,
    providerReference: null,
    checkoutUrl: null,
    paymentReference: null,
    failureReason: null,
    version: 1,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifetimeMs),
    paidAt: null,
    cancelledAt: null,
  };
  const lines = draft.lines.map((line, index) => ({
    ...line,
    id: newId(),
    orderId: id,
    position: index + 1,
    totalMinor: line.priceMinor - line.discountMinor,
    status: 'PENDING' as const,
    currency: draft.currency,
  }));
  return { order, lines };
}

async function describe({ database, projection }: CreationDeps, order: Order): Promise<string> {
  const lines = await orderRepository.linesByOrderIds(database, [order.id]);
  const courses = await projection.coursesById(
    database,
    lines.map(({ courseId }) => courseId),
  );
  return lines
    .map(({ courseId, totalMinor, currency }) => {
      const title = courses.get(courseId)?.title ?? 'Course';
      return `${title} (${formatMoney(money(totalMinor, currency))})`;
    })
    .join(', ');
}
