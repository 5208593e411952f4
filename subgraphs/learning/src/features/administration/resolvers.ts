import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const administrationResolvers: Resolvers = {
  UserConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  Query: {
    users: (_parent, { first, after, filter }, { administration, viewer }) =>
      administration.list(viewer, { first, after }, filter ?? {}),
  },
  Mutation: {
    changeUserRole: async (_parent, { input }, { administration, viewer }) =>
      payload('user', await administration.changeRole(viewer, input)),
    suspendUser: async (_parent, { input }, { administration, viewer }) =>
      payload('user', await administration.suspend(viewer, input.userId)),
    reinstateUser: async (_parent, { input }, { administration, viewer }) =>
      payload('user', await administration.reinstate(viewer, input.userId)),
  },
};
