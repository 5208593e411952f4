import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const credentialResolvers: Resolvers = {
  Mutation: {
    logIn: async (_parent, { input }, { credentials }) =>
      payload('session', await credentials.logIn(input)),
    requestPasswordReset: async (_parent, { input }, { passwordChanges }) =>
      payload('accepted', await passwordChanges.requestReset(input)),
    resetPassword: async (_parent, { input }, { passwordChanges }) =>
      payload('changed', await passwordChanges.reset(input)),
    changePassword: async (_parent, { input }, { passwordChanges, viewer }) =>
      payload('changed', await passwordChanges.change(viewer, input)),
  },
};
