import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const invitationResolvers: Resolvers = {
  Invitation: {
    course: async ({ courseId }, _args, { loaders }) => {
      const course = await loaders.courseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
    student: ({ userId }, _args, { loaders }) =>
      userId === null ? null : loaders.accountById.load(userId),
  },
  InvitationConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  Course: {
    invitations: ({ id }, args, { invitations, viewer }) => invitations.list(viewer, id, args),
  },
  Mutation: {
    createInvitation: async (_parent, { input }, { invitations, viewer }) =>
      payload('invitation', await invitations.create(viewer, input)),
    revokeInvitation: async (_parent, { input }, { invitations, viewer }) =>
      payload('invitation', await invitations.revoke(viewer, input.invitationId)),
    acceptInvitation: async (_parent, { input }, { invitations, viewer }) =>
      payload('enrollment', await invitations.accept(viewer, input.code)),
  },
};
