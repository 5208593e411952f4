import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const profileResolvers: Resolvers = {
  Mutation: {
    updateProfile: async (_parent, { input }, { profiles, viewer }) =>
      payload('user', await profiles.updateProfile(viewer, input)),
    updatePreferences: async (_parent, { input }, { profiles, viewer }) =>
      payload('user', await profiles.updatePreferences(viewer, input)),
  },
};
