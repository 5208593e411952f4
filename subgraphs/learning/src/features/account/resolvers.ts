import type { Resolvers } from '../../generated/graphql.js';

export const accountResolvers: Resolvers = {
  UserRole: { STUDENT: 'student', INSTRUCTOR: 'instructor', ADMIN: 'admin' },
  Language: { EN: 'en', ES: 'es', PT: 'pt' },
  User: {
    __resolveReference: ({ id }, { loaders }) => loaders.accountById.load(id),
  },
  Query: {
    me: (_parent, _args, { viewer, loaders }) =>
      viewer.id === null ? null : loaders.accountById.load(viewer.id),
  },
};
