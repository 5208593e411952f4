import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const sessionResolvers: Resolvers = {
  Session: {
    user: ({ userId }, _args, { accounts }) => accounts.ownerOf(userId),
  },
  User: {
    sessions: ({ id }, _args, { openSessions, viewer }) => openSessions.listOf(viewer, id),
  },
  Mutation: {
    refreshSession: async (_parent, { input }, { sessions }) =>
      payload('session', await sessions.refresh(input.refreshToken)),
    logOut: async (_parent, _args, { openSessions, viewer }) =>
      payload('sessionId', await openSessions.logOut(viewer)),
    revokeSession: async (_parent, { input }, { openSessions, viewer }) =>
      payload('sessionId', await openSessions.revoke(viewer, input.sessionId)),
    logOutEverywhere: async (_parent, _args, { openSessions, viewer }) =>
      payload('sessionIds', await openSessions.logOutEverywhere(viewer)),
  },
};
