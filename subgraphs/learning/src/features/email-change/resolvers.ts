import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const emailChangeResolvers: Resolvers = {
  Mutation: {
    requestEmailChange: async (_parent, { input }, { emailChanges, viewer }) =>
      payload('accepted', await emailChanges.request(viewer, input)),
    confirmEmailChange: async (_parent, { input }, { emailChanges }) =>
      payload('changed', await emailChanges.confirm(input)),
  },
};
