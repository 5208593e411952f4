import type { Resolvers } from '../../generated/graphql.js';

export const courseAnalyticsResolvers: Resolvers = {
  Course: {
    // Whether the course exists and may be seen is for learning to say; its figures are public.
    __resolveReference: ({ id }) => ({ id }),
    analytics: async ({ id }, _args, { loaders }) =>
      (await loaders.analyticsByCourseId.load(id.toLowerCase())) ?? {
        activeLearners: 0,
        enrollments: 0,
        completions: 0,
      },
  },
};
