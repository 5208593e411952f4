import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const priceResolvers: Resolvers = {
  Mutation: {
    setCoursePrice: async (_parent, { input }, { prices, viewer }) =>
      payload('course', await prices.setPrice(viewer, input)),
  },
  Course: {
    __resolveReference: ({ id }) => ({ id }),
    price: ({ id }, _args, { loaders }) => loaders.priceByCourseId.load(id),
  },
};
