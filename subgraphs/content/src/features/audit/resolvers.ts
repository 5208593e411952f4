import type { Resolvers } from '../../generated/graphql.js';

export const auditResolvers: Resolvers = {
  Query: {
    systemEvents: (_root, args, { viewer, services }) => services.audit.list(viewer, args),
  },
  SystemEvent: {
    actor: ({ actorId }) => (actorId === null ? null : { id: actorId }),
  },
};
