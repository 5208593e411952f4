import { payload } from '@pcc/platform/graphql';
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
  Mutation: {
    register: async (_parent, { input }, { accounts }) =>
      payload('session', await accounts.register(input)),
    logIn: async (_parent, { input }, { accounts }) =>
      payload('session', await accounts.logIn(input)),
    changeUserRole: async (_parent, { input }, { accounts, viewer }) =>
      payload('user', await accounts.changeRole(viewer, input)),
  },
};
