import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const courseDuplicationResolvers: Resolvers = {
  Mutation: {
    duplicateCourse: async (_parent, { input }, { courseDuplication, viewer }) =>
      payload('course', await courseDuplication.duplicate(viewer, input)),
  },
};
