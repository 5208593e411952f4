import type { Resolvers } from '../../generated/graphql.js';

export const retentionResolvers: Resolvers = {
  Query: {
    retention: (_parent, { courseId, weeks }, { viewer, services }) =>
      services.retention.cohorts(viewer, courseId ?? null, weeks),
  },
};
