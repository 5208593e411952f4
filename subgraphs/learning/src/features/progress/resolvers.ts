import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const progressResolvers: Resolvers = {
  Lesson: {
    completed: async ({ id }, _args, { loaders }) =>
      (await loaders.completionByLessonId.load(id))?.completed ?? null,
  },
  Mutation: {
    completeLesson: async (_parent, { input }, { progress, viewer }) => {
      const { step, userErrors } = payload('step', await progress.complete(viewer, input.lessonId));
      return { enrollment: step?.enrollment, lesson: step?.lesson, userErrors };
    },
  },
};
