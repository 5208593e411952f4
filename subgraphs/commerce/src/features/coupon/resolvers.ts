import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { money } from '../../money.js';

export const couponResolvers: Resolvers = {
  Mutation: {
    createCoupon: async (_parent, { input }, { coupons, viewer }) =>
      payload('coupon', await coupons.create(viewer, input)),
  },
  Coupon: {
    amountOff: ({ amountOffMinor, currency }) =>
      amountOffMinor === null || currency === null ? null : money(amountOffMinor, currency),
    course: ({ courseId }) => (courseId === null ? null : { id: courseId }),
  },
};
