import { payload } from '@pcc/platform/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { neverCache } from '../../cache-policy.js';
import type { Resolvers } from '../../generated/graphql.js';
import type { Account } from '../account/service.js';
import type { Course } from './service.js';

/** A course that is published may be cached for everybody; a draft, or one that is not there, may not. */
function cachedIfPublic(course: Course | null, info: GraphQLResolveInfo): Course | null {
  if (course?.status !== 'PUBLISHED') neverCache(info);
  return course;
}

export const courseResolvers: Resolvers = {
  Course: {
    __resolveReference: async ({ id }, { loaders }, info) =>
      cachedIfPublic(await loaders.courseById.load(id), info),
    instructors: async ({ id }, _args, { loaders }, info) => {
      const ids = await loaders.instructorIdsByCourseId.load(id);
      const loaded = await loaders.accountById.loadMany(ids.map(({ userId }) => userId));
      const accounts = loaded.map(orThrow).filter((account) => account !== null);
      // Whoever teaches no more is a learner, whose name not everybody may see.
      if (accounts.length < ids.length || accounts.some(({ role }) => role === 'student')) {
        neverCache(info);
      }
      return accounts;
    },
  },
  CourseConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  Query: {
    courses: (_parent, { first, after, filter }, { courses }) =>
      courses.list({ first, after }, filter ?? {}),
    course: async (_parent, { slug }, { courses, viewer }, info) =>
      cachedIfPublic(await courses.bySlug(viewer, slug), info),
  },
  Mutation: {
    createCourse: async (_parent, { input }, { courseAuthoring, viewer }) =>
      payload('course', await courseAuthoring.create(viewer, input)),
    updateCourse: async (_parent, { input }, { courseAuthoring, viewer }) =>
      payload('course', await courseAuthoring.update(viewer, input)),
    publishCourse: async (_parent, { input }, { courseAuthoring, viewer }) =>
      payload('course', await courseAuthoring.publish(viewer, input.courseId)),
  },
};

const orThrow = (loaded: Account | null | Error): Account | null => {
  if (loaded instanceof Error) throw loaded;
  return loaded;
};
