import type { Resolvers } from '../../generated/graphql.js';

export const lessonAccessResolvers: Resolvers = {
  Lesson: {
    body: async ({ id }, _args, { loaders }) =>
      (await loaders.bodyByLessonId.load(id))?.body ?? null,
    lock: async ({ id }, _args, { loaders }) => (await loaders.accessByLessonId.load(id))?.lock,
    opensAt: async ({ id }, _args, { loaders }) => {
      const access = await loaders.accessByLessonId.load(id);
      return access?.lock === 'NOT_STARTED' ? access.beginsAt : null;
    },
    isLocked: async ({ id }, _args, { loaders }) => {
      const access = await loaders.accessByLessonId.load(id);
      return access === null || access.lock !== null;
    },
    missingPrerequisites: async ({ id }, _args, { loaders }) => {
      const missing = await loaders.missingPrerequisitesByLessonId.load(id);
      const lessons = await Promise.all(
        missing.map((one) => loaders.lessonById.load(one.lessonId)),
      );
      return lessons.filter((lesson) => lesson !== null);
    },
  },
};
