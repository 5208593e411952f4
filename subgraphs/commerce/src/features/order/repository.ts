import { toModel, type Database } from '../../database.js';
import type { PaymentOrder } from '../../generated/prisma/client.js';
import type { Order, OrderLine, OrderLineStatus, OrderStatus } from './model.js';

/** A page of several people's orders: the same for each. */
export interface OrderPage {
  /** Orders older than this one. */
  readonly afterId: string | null;
  readonly limit: number;
}

export interface OrderChange {
  readonly status: OrderStatus;
  readonly paidAt?: Date;
  readonly cancelledAt?: Date;
  readonly paymentReference?: string | null;
  readonly failureReason?: string;
}

// The table's checks hold status and currency to what the types say.
const toOrder = (row: PaymentOrder): Order => row as Order;

export const orderRepository = {
  /** @returns false when the person has an order under this key already */
  async insert(db: Database, order: Order, lines: readonly OrderLine[]): Promise<boolean> {
    const { count } = await db.paymentOrder.createMany({ data: [order], skipDuplicates: true });
    if (count === 0) return false;
    await db.orderLine.createMany({
      data: lines.map(({ currency: _currency, ...line }) => line),
    });
    return true;
  },

  async byIdempotencyKey(
    db: Database,
    userId: string,
    idempotencyKey: string,
  ): Promise<Order | null> {
    const row = await db.paymentOrder.findUnique({
      where: { userId_idempotencyKey: { userId, idempotencyKey } },
    });
    return row === null ? null : toOrder(row);
  },

  async byIds(db: Database, ids: readonly string[]): Promise<Order[]> {
    const rows = await db.paymentOrder.findMany({ where: { id: { in: [...ids] } } });
    return rows.map(toOrder);
  },

  /** Reads the order and keeps everybody else from changing it until the transaction ends. */
  async lock(db: Database, id: string): Promise<Order | null> {
    const rows = await db.$queryRaw<Record<string, unknown>[]>`
      SELECT * FROM "commerce"."payment_orders" WHERE "id" = ${id}::uuid FOR UPDATE`;
    return rows[0] === undefined ? null : toModel<Order>(rows[0]);
  },

  async change(db: Database, id: string, change: OrderChange): Promise<Order> {
    const row = await db.paymentOrder.update({
      where: { id },
      data: { ...change, version: { increment: 1 } },
    });
    return toOrder(row);
  },

  async saveCheckout(
    db: Database,
    id: string,
    checkout: { readonly providerReference: string; readonly checkoutUrl: string },
  ): Promise<void> {
    await db.paymentOrder.updateMany({ where: { id }, data: checkout });
  },

  /** One statement for any number of people. @returns newest first */
  async pageByUserIds(
    db: Database,
    userIds: readonly string[],
    { afterId, limit }: OrderPage,
  ): Promise<Order[]> {
    const rows = await db.$queryRaw<Record<string, unknown>[]>`
      SELECT "page".* FROM unnest(${[...userIds]}::uuid[]) AS "person" ("id")
       CROSS JOIN LATERAL (
         SELECT * FROM "commerce"."payment_orders" AS o
          WHERE o."user_id" = "person"."id"
            AND (${afterId}::uuid IS NULL OR o."id" < ${afterId}::uuid)
          ORDER BY o."id" DESC LIMIT ${limit}::int) AS "page"
       ORDER BY "page"."id" DESC`;
    return rows.map((row) => toModel<Order>(row));
  },

  async countByUserIds(
    db: Database,
    userIds: readonly string[],
  ): Promise<{ userId: string; count: number }[]> {
    const groups = await db.paymentOrder.groupBy({
      by: ['userId'],
      where: { userId: { in: [...userIds] } },
      _count: true,
    });
    return groups.map(({ userId, _count }) => ({ userId, count: _count }));
  },

  async linesByOrderIds(db: Database, orderIds: readonly string[]): Promise<OrderLine[]> {
    const rows = await db.orderLine.findMany({
      where: { orderId: { in: [...orderIds] } },
      include: { order: { select: { currency: true } } },
      orderBy: [{ orderId: 'asc' }, { position: 'asc' }],
    });
    return rows.map(({ order, ...line }) => ({ ...line, currency: order.currency }) as OrderLine);
  },

  /** @returns how many of the lines were in status `from` */
  async moveLines(
    db: Database,
    lineIds: readonly string[],
    from: OrderLineStatus,
    to: OrderLineStatus,
  ): Promise<number> {
    const { count } = await db.orderLine.updateMany({
      where: { id: { in: [...lineIds] }, status: from },
      data: { status: to },
    });
    return count;
  },

  /** Lines that the person has paid for these courses. */
  paidLines: (
    db: Database,
    userId: string,
    courseIds: readonly string[],
  ): Promise<{ id: string; courseId: string }[]> =>
    db.orderLine.findMany({
      where: { status: 'PAID', courseId: { in: [...courseIds] }, order: { userId } },
      select: { id: true, courseId: true },
    }),

  async expiredIds(db: Database, now: Date, limit: number): Promise<string[]> {
    const rows = await db.paymentOrder.findMany({
      where: { status: { in: ['PENDING', 'FAILED'] }, expiresAt: { lte: now } },
      orderBy: { expiresAt: 'asc' },
      take: limit,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  },
};
