import { payload } from '@pcc/platform/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { cacheAtMost, neverCache } from '../../cache-policy.js';
import type { Context } from '../../context.js';
import type { Resolvers } from '../../generated/graphql.js';
import type { Account } from '../account/service.js';
import type { Course } from './service.js';

/** A course that everybody may see may be cached while that is so; a draft, or one that is not there, may not. */
function cachedIfPublic(
  course: Course | null,
  { courses }: Pick<Context, 'courses'>,
  info: GraphQLResolveInfo,
): Course | null {
  if (course === null || !courses.isPublic(course)) neverCache(info);
  else cacheAtMost(courses.secondsLeft(course), info);
  return course;
}

export const courseResolvers: Resolvers = {
  Course: {
    __resolveReference: async ({ id }, context, info) =>
      cachedIfPublic(await context.loaders.courseById.load(id), context, info),
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
    durationMinutes: async ({ id }, _args, { loaders }) =>
      (await loaders.durationByCourseId.load(id))?.minutes ?? 0,
    publishChecklist: async (course, _args, { loaders }) =>
      (await loaders.publishChecklistByCourse.load(course))?.checks ?? null,
  },
  CourseConnection: {
    nodes: ({ nodes }, _args, context, info) => {
      for (const course of nodes) cachedIfPublic(course, context, info);
      return [...nodes];
    },
    edges: ({ edges }, _args, context, info) => {
      for (const { node } of edges) cachedIfPublic(node, context, info);
      return [...edges];
    },
    totalCount: (connection) => connection.totalCount(),
  },
  CourseEdge: {
    highlight: (edge) => edge.highlight(),
  },
  Query: {
    courses: (_parent, args, { catalogue }) => catalogue.list(args),
    course: async (_parent, { slug }, context, info) =>
      cachedIfPublic(await context.courses.bySlug(context.viewer, slug), context, info),
  },
  Mutation: {
    createCourse: async (_parent, { input }, { courseAuthoring, viewer }) =>
      payload('course', await courseAuthoring.create(viewer, input)),
    updateCourse: async (_parent, { input }, { courseAuthoring, viewer }) =>
      payload('course', await courseAuthoring.update(viewer, input)),
    publishCourse: async (_parent, { input }, { courseLifecycle, viewer }) =>
      payload('course', await courseLifecycle.publish(viewer, input.courseId)),
    archiveCourse: async (_parent, { input }, { courseLifecycle, viewer }) =>
      payload('course', await courseLifecycle.archive(viewer, input.courseId)),
    unarchiveCourse: async (_parent, { input }, { courseLifecycle, viewer }) =>
      payload('course', await courseLifecycle.unarchive(viewer, input.courseId)),
    deleteCourse: async (_parent, { input }, { courseLifecycle, viewer }) =>
      payload('course', await courseLifecycle.delete(viewer, input.courseId)),
    restoreCourse: async (_parent, { input }, { courseLifecycle, viewer }) =>
      payload('course', await courseLifecycle.restore(viewer, input.courseId)),
    addInstructor: async (_parent, { input }, { courseInstructors, viewer }) =>
      payload('course', await courseInstructors.add(viewer, input)),
    removeInstructor: async (_parent, { input }, { courseInstructors, viewer }) =>
      payload('course', await courseInstructors.remove(viewer, input)),
  },
};

const orThrow = (loaded: Account | null | Error): Account | null => {
  if (loaded instanceof Error) throw loaded;
  return loaded;
};
