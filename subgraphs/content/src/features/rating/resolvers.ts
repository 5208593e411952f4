import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { averageOf } from './model.js';

export const ratingResolvers: Resolvers = {
  Course: {
    rating: async ({ id }, _args, { loaders }) => {
      const summary = await loaders.ratingSummaryByCourseId.load(id);
      const { sum, count } = summary ?? { sum: 0, count: 0 };
      return { average: averageOf({ sum, count }), count };
    },
    viewerRating: ({ id }, _args, { loaders }) => loaders.viewerRatingByCourseId.load(id),
  },
  Rating: {
    course: ({ courseId }) => ({ id: courseId }),
  },
  Mutation: {
    rateCourse: async (_root, { input }, { viewer, services }) => {
      const { rating, userErrors } = payload('rating', await services.ratings.rate(viewer, input));
      return { rating, course: rating && { id: rating.courseId }, userErrors };
    },
  },
};
