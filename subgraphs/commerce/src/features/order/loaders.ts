import { listLoaderBy, loaderBy } from '@pcc/platform';
import type { Order } from './model.js';
import type { OrderReads, OrderService } from './service.js';

type OrdersOfPage = ReturnType<typeof listLoaderBy<string, Order>>;

export function orderLoaders(orders: OrderService) {
  const orderById = loaderBy(orders.byIds, (order) => order.id);
  const countByUserId = loaderBy(
    (userIds) => orders.countByUserIds(userIds),
    ({ userId }) => userId,
  );
  // Everybody of one level asks for the same page, so there is one loader, and one statement, for each.
  const pages = new Map<string, OrdersOfPage>();
  const orderReads: OrderReads = {
    order: (id) => orderById.load(id),
    count: async (userId) => (await countByUserId.load(userId))?.count ?? 0,
    page(userId, page) {
      const key = `${page.limit}:${page.afterId ?? ''}`;
      const loader =
        pages.get(key) ??
        listLoaderBy<string, Order>(
          (userIds) => orders.pageByUserIds(userIds, page),
          (order) => order.userId,
        );
      pages.set(key, loader);
      return loader.load(userId);
    },
  };
  return {
    orderReads,
    orderLinesByOrderId: listLoaderBy(orders.linesByOrderIds, (line) => line.orderId),
  };
}
