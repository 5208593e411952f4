import type { Resolvers } from '../../generated/graphql.js';

export const revenueResolvers: Resolvers = {
  Query: {
    revenue: (_parent, { courseId, days }, { viewer, services }) =>
      services.revenue.byDay(viewer, courseId ?? null, days),
  },
};
