import type { Resolvers } from '../../generated/graphql.js';

export const apiPerformanceResolvers: Resolvers = {
  Query: {
    apiPerformance: (_parent, args, { viewer, services }) =>
      services.apiPerformance.byOperation(viewer, args),
  },
};
