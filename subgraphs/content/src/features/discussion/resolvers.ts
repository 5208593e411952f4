import { connectionOf } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import { pageByString } from '../../page.js';

export const discussionResolvers: Resolvers = {
  Query: {
    discussion: (_root, { id }, { viewer, services }) => services.discussions.byId(viewer, id),
  },
  Course: {
    discussions: async ({ id }, args, { viewer, loaders }) => {
      viewer.mustBeSignedIn();
      const { page, after } = pageByString(args);
      const rows = await loaders.discussionsByCourseId.load({
        parentId: id,
        after,
        limit: page.limit,
      });
      return connectionOf(
        rows,
        page,
        (discussion) => [discussion.id],
        () => loaders.discussionCountByCourseId.load(id),
      );
    },
  },
  Discussion: {
    course: ({ courseId }) => ({ id: courseId }),
    author: ({ authorId }) => ({ id: authorId }),
    replies: async ({ id, replyCount }, args, { loaders }) => {
      const { page, after } = pageByString(args);
      const rows = await loaders.repliesByDiscussionId.load({
        parentId: id,
        after,
        limit: page.limit,
      });
      return connectionOf(
        rows,
        page,
        (reply) => [reply.id],
        async () => replyCount,
      );
    },
  },
  DiscussionReply: {
    author: ({ authorId }) => ({ id: authorId }),
  },
  Mutation: {
    startDiscussion: async (_root, { input }, { viewer, services }) =>
      payload('discussion', await services.discussions.start(viewer, input)),
    replyToDiscussion: async (_root, { input }, { viewer, services }) => {
      const { posted, userErrors } = payload(
        'posted',
        await services.discussions.reply(viewer, input),
      );
      return { reply: posted?.reply, discussion: posted?.discussion, userErrors };
    },
  },
};
