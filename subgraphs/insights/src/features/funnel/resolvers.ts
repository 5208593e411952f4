import type { Resolvers } from '../../generated/graphql.js';

export const funnelResolvers: Resolvers = {
  Query: {
    funnel: (_parent, { courseId }, { viewer, services }) =>
      services.funnel.stepsOf(viewer, courseId),
  },
};
