import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const sessionResolvers: Resolvers = {
  Session: {
    user: ({ userId }, _args, { accounts }) => accounts.ownerOf(userId),
  },
  Mutation: {
    refreshSession: async (_parent, { input }, { sessions }) =>
      payload('session', await sessions.refresh(input.refreshToken)),
    logOut: async (_parent, _args, { sessions, viewer }) =>
      payload('sessionId', await sessions.logOut(viewer)),
  },
};
