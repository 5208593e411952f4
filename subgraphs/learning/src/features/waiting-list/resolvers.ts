import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const waitingListResolvers: Resolvers = {
  WaitingListEntry: {
    course: async ({ courseId }, _args, { loaders }) => {
      const course = await loaders.courseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
    offerExpiresAt: ({ status, offerExpiresAt }) => (status === 'OFFERED' ? offerExpiresAt : null),
  },
  Course: {
    waitingCount: async ({ id }, _args, { loaders }) =>
      (await loaders.waitingCountByCourseId.load(id))?.count ?? 0,
    viewerWaitingListEntry: ({ id }, _args, { loaders }) =>
      loaders.viewerWaitingByCourseId.load(id),
  },
  Mutation: {
    joinWaitingList: async (_parent, { input }, { admissions, viewer }) =>
      payload('entry', await admissions.joinLine(viewer, input.courseId)),
    leaveWaitingList: async (_parent, { input }, { admissions, viewer }) =>
      payload('courseId', await admissions.leaveLine(viewer, input.courseId)),
  },
};
