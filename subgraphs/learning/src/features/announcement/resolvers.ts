import { pageOf } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const announcementResolvers: Resolvers = {
  Announcement: {
    author: ({ authorId }, _args, { loaders }) => loaders.accountById.load(authorId),
  },
  AnnouncementConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  Course: {
    announcements: async ({ id }, args, { loaders, announcements }) => {
      const { limit } = pageOf({ first: args.first }, 0);
      if ((await loaders.announcementReaderByCourseId.load(id)) === null) return null;
      const after = args.after ?? null;
      const rows = await loaders.announcementsByCourseId.load({ parentId: id, after, limit });
      return announcements.connection(
        rows,
        args,
        async () => (await loaders.announcementCountByCourseId.load(id))?.count ?? 0,
      );
    },
  },
  Mutation: {
    createAnnouncement: async (_parent, { input }, { announcements, viewer }) =>
      payload('announcement', await announcements.create(viewer, input)),
  },
};
