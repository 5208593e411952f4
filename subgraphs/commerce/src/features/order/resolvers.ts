import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { money } from '../../money.js';

export const orderResolvers: Resolvers = {
  Query: {
    order: (_parent, { id }, { orders, viewer, loaders }) => {
      viewer.mustBeSignedIn();
      return orders.order(viewer, id, loaders.orderReads);
    },
  },
  Mutation: {
    createOrder: async (_parent, { input }, { orders, viewer }) =>
      payload('order', await orders.createOrder(viewer, input)),
    cancelOrder: async (_parent, { input }, { orders, viewer }) =>
      payload('order', await orders.cancelOrder(viewer, input)),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    orders: ({ id }, args, { orders, viewer, loaders }) =>
      orders.ordersOf(viewer, id, args, loaders.orderReads),
  },
  Order: {
    __resolveReference: ({ id }, { orders, viewer, loaders }) =>
      orders.order(viewer, id, loaders.orderReads),
    subtotal: ({ subtotalMinor, currency }) => money(subtotalMinor, currency),
    discount: ({ discountMinor, currency }) => money(discountMinor, currency),
    total: ({ totalMinor, currency }) => money(totalMinor, currency),
    lines: async ({ id }, _args, { loaders }) => [...(await loaders.orderLinesByOrderId.load(id))],
    checkoutUrl: (order, _args, { orders }) => orders.checkoutUrl(order),
  },
  OrderLine: {
    course: ({ courseId }) => ({ id: courseId }),
    price: ({ priceMinor, currency }) => money(priceMinor, currency),
    discount: ({ discountMinor, currency }) => money(discountMinor, currency),
    total: ({ totalMinor, currency }) => money(totalMinor, currency),
  },
};
