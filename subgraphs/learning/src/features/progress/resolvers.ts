import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { defaultRule } from './service.js';

export const progressResolvers: Resolvers = {
  Lesson: {
    completed: async ({ id }, _args, { loaders }) => {
      const progress = await loaders.progressByLessonId.load(id);
      return progress && progress.completedAt !== null;
    },
    viewerProgress: async ({ id }, _args, { loaders }) => {
      const progress = await loaders.progressByLessonId.load(id);
      const begun = progress !== null && (progress.occurredAt ?? progress.completedAt) !== null;
      return begun ? progress : null;
    },
  },
  LessonProgress: {
    lesson: ({ lessonId }, _args, { loaders }) => loaders.lessonById.load(lessonId),
  },
  Enrollment: {
    resumePoint: ({ id }, _args, { loaders }) => loaders.resumePointByEnrollmentId.load(id),
  },
  Course: {
    completionRule: async ({ id }, _args, { loaders }) =>
      (await loaders.completionRuleByCourseId.load(id)) ?? { courseId: id, ...defaultRule },
  },
  Mutation: {
    completeLesson: async (_parent, { input }, { progress, viewer }) => {
      const { step, userErrors } = payload('step', await progress.complete(viewer, input.lessonId));
      return { enrollment: step?.enrollment, lesson: step?.lesson, userErrors };
    },
    recordLessonProgress: async (_parent, { input }, { progress, viewer }) => {
      const { step, userErrors } = payload('step', await progress.record(viewer, input));
      return { enrollment: step?.enrollment, progress: step?.progress, userErrors };
    },
    recordLessonProgressBatch: async (_parent, { input }, { progress, viewer }) => {
      const recorded = await progress.recordAll(viewer, input.events);
      const { results, userErrors } = payload('results', recorded);
      return { results: results ?? [], userErrors };
    },
    resetProgress: async (_parent, { input }, { enrollmentAdministration, viewer }) =>
      payload(
        'enrollment',
        await enrollmentAdministration.resetProgress(viewer, input.enrollmentId),
      ),
    setCompletionRule: async (_parent, { input }, { progress, viewer }) =>
      payload('completionRule', await progress.setRule(viewer, input)),
  },
};
