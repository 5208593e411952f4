import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { money } from '../../money.js';

export const refundResolvers: Resolvers = {
  Mutation: {
    refundOrder: async (_parent, { input }, { refunds, viewer }) =>
      payload('order', await refunds.refundOrder(viewer, input)),
  },
  Order: {
    refunds: async ({ id }, _args, { loaders }) => [...(await loaders.refundsByOrderId.load(id))],
  },
  Refund: {
    amount: ({ amountMinor, currency }) => money(amountMinor, currency),
  },
};
