import { payload } from '@pcc/platform/graphql';
import { neverCache } from '../../cache-policy.js';
import type { Resolvers } from '../../generated/graphql.js';
import type { Course } from '../course/service.js';

export const coursePrerequisiteResolvers: Resolvers = {
  Course: {
    prerequisites: async ({ id }, _args, { loaders, courses }, info) => {
      const named = await loaders.prerequisitesByCourseId.load(id);
      const loaded = await loaders.courseById.loadMany(
        named.map(({ prerequisiteId }) => prerequisiteId),
      );
      const seen = loaded.map(orThrow).filter((course) => course !== null);
      // What is hidden from others, or from her, may be seen by somebody else.
      if (seen.length < named.length || !seen.every((one) => courses.isPublic(one))) {
        neverCache(info);
      }
      return seen.sort((left, right) => left.title.localeCompare(right.title));
    },
  },
  Mutation: {
    setCoursePrerequisites: async (_parent, { input }, { coursePrerequisites, viewer }) =>
      payload('course', await coursePrerequisites.set(viewer, input)),
  },
};

const orThrow = (loaded: Course | null | Error): Course | null => {
  if (loaded instanceof Error) throw loaded;
  return loaded;
};
