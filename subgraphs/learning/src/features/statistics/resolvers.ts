import type { Resolvers } from '../../generated/graphql.js';

export const statisticsResolvers: Resolvers = {
  Course: {
    statistics: async ({ id }, _args, { loaders }) => {
      const found = await loaders.statisticsByCourseId.load(id);
      return (
        found && {
          enrolledCount: found.enrolled,
          activeCount: found.active,
          completedCount: found.completed,
          averageProgressPercent: found.averageProgress,
        }
      );
    },
  },
};
