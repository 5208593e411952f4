import {
  AppError,
  connectionOf,
  isId,
  ok,
  pageOf,
  refuse,
  type CursorKey,
  type Page,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import { runOrRefuse } from '../../refusal.js';
import { orderCreation, type CreationDeps } from './creation.js';
import { isOpen, type Order, type OrderConnection, type OrderLine } from './model.js';
import { orderRepository, type OrderPage } from './repository.js';

export { eventLines, isOpen, type Order, type OrderLine } from './model.js';
export { orderSettlement, type OrderSettlement } from './settlement.js';

export interface OrderDeps extends CreationDeps {
  /** Where clients reach commerce; known once it listens. */
  readonly publicUrl: () => string;
}

/** What one request's loaders give: batched over everybody it asks about. */
export interface OrderReads {
  page(userId: string, page: OrderPage): Promise<readonly Order[]>;
  count(userId: string): Promise<number>;
  order(id: string): Promise<Order | null>;
}

const sweepSize = 50;

export const orderService = (deps: OrderDeps) => {
  const { database, transactions, settlement, clock } = deps;
  const mayRead = (viewer: Viewer, userId: string) => viewer.isAdmin || viewer.id === userId;

  return {
    ...orderCreation(deps),

    /** @returns null for an order that does not exist or is not the viewer's */
    async order(viewer: Viewer, id: string, reads: OrderReads): Promise<Order | null> {
      if (!viewer.isSignedIn || !isId(id)) return null;
      const order = await reads.order(id.toLowerCase());
      return order !== null && mayRead(viewer, order.userId) ? order : null;
    },

    /** @throws AppError FORBIDDEN for somebody else's orders */
    async ordersOf(
      viewer: Viewer,
      userId: string,
      args: PageArguments,
      reads: OrderReads,
    ): Promise<OrderConnection> {
      viewer.mustBeSignedIn();
      if (!mayRead(viewer, userId)) throw new AppError('FORBIDDEN');
      if (!isId(userId)) throw new AppError('NOT_FOUND');
      const page = pageOf(args, 1);
      const rows = await reads.page(userId, { afterId: afterId(page), limit: page.limit });
      return connectionOf(
        rows,
        page,
        ({ id }) => [id],
        () => reads.count(userId),
      );
    },

    /** Where the order can be paid. Relative URLs of the provider's belong to commerce's own server. */
    checkoutUrl: (order: Order): string | null =>
      isOpen(order) && order.checkoutUrl !== null
        ? new URL(order.checkoutUrl, deps.publicUrl()).href
        : null,

    async cancelOrder(viewer: Viewer, { orderId }: { orderId: string }): Promise<Result<Order>> {
      viewer.mustBeSignedIn();
      const notFound = () => refuse('NOT_FOUND', 'There is no such order.', 'input.orderId');
      if (!isId(orderId)) return notFound();
      return runOrRefuse(transactions, async (work) => {
        const order = await settlement.lock(work, orderId);
        if (order === null || !mayRead(viewer, order.userId)) return notFound();
        if (order.status === 'CANCELLED') return ok(order);
        if (!isOpen(order)) {
          const message = 'The order is paid; ask for a refund instead.';
          return refuse('ORDER_NOT_CANCELLABLE', message, 'input.orderId');
        }
        return ok(await settlement.cancel(work, order));
      });
    },

    /** Cancels orders that nobody paid in time. @returns whether there may be more */
    async expireDue(): Promise<boolean> {
      const ids = await orderRepository.expiredIds(database, clock.now(), sweepSize);
      for (const id of ids) {
        await transactions.run(async (work) => {
          const order = await settlement.lock(work, id);
          if (order !== null && isOpen(order)) await settlement.cancel(work, order);
        });
      }
      return ids.length === sweepSize;
    },

    byIds: (ids: readonly string[]): Promise<Order[]> => orderRepository.byIds(database, ids),
    linesByOrderIds: (ids: readonly string[]): Promise<OrderLine[]> =>
      orderRepository.linesByOrderIds(database, ids),
    pageByUserIds: (userIds: readonly string[], page: OrderPage): Promise<Order[]> =>
      orderRepository.pageByUserIds(database, userIds, page),
    countByUserIds: (userIds: readonly string[], db: Database = database) =>
      orderRepository.countByUserIds(db, userIds),
  };
};

function afterId(page: Page<CursorKey>): string | null {
  if (page.after === null) return null;
  const [id] = page.after;
  if (typeof id === 'string' && isId(id)) return id;
  throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
}

export type OrderService = ReturnType<typeof orderService>;
