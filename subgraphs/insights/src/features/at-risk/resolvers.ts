import type { Resolvers } from '../../generated/graphql.js';

export const atRiskResolvers: Resolvers = {
  Query: {
    atRiskLearners: (_parent, args, { viewer, services }) => services.atRisk.learners(viewer, args),
  },
  AtRiskLearner: {
    learner: ({ learnerId }) => ({ id: learnerId }),
  },
};
