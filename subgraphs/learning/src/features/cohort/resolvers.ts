import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const cohortResolvers: Resolvers = {
  Cohort: {
    __resolveReference: ({ id }, { loaders }) => loaders.cohortById.load(id),
    course: async ({ courseId }, _args, { loaders }) => {
      const course = await loaders.courseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
    enrollments: (cohort, args, { cohorts, viewer }) => cohorts.roster(viewer, cohort, args),
  },
  CohortConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  Course: {
    cohorts: ({ id }, args, { cohorts, viewer }) => cohorts.list(viewer, id, args),
  },
  Query: {
    cohort: (_parent, { id }, { loaders }) => loaders.cohortById.load(id),
  },
  Mutation: {
    createCohort: async (_parent, { input }, { cohorts, viewer }) =>
      payload('cohort', await cohorts.create(viewer, input)),
    updateCohort: async (_parent, { input }, { cohorts, viewer }) => {
      const { cohortId, name, ...rest } = input;
      const change = { cohortId, ...rest, ...(name == null ? {} : { name }) };
      return payload('cohort', await cohorts.update(viewer, change));
    },
    addCohortMembers: async (_parent, { input }, { cohorts, viewer }) => {
      const { added, userErrors } = payload('added', await cohorts.addMembers(viewer, input));
      return { cohort: added?.cohort, refused: added?.refused ?? [], userErrors };
    },
    removeCohortMembers: async (_parent, { input }, { cohorts, viewer }) =>
      payload('cohort', await cohorts.removeMembers(viewer, input)),
  },
};
