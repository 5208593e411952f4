import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const registrationResolvers: Resolvers = {
  Mutation: {
    register: async (_parent, { input }, { registrations }) =>
      payload('accepted', await registrations.register(input)),
    verifyEmail: async (_parent, { input }, { registrations }) =>
      payload('session', await registrations.verify(input)),
  },
};
