import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const impersonationResolvers: Resolvers = {
  Impersonation: {
    user: ({ userId }, _args, { accounts }) => accounts.ownerOf(userId),
  },
  Mutation: {
    impersonateUser: async (_parent, { input }, { impersonations, viewer }) =>
      payload('impersonation', await impersonations.start(viewer, input)),
  },
};
