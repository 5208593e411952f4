import type { Resolvers } from '../../generated/graphql.js';

/** References to others' entities: what content adds to them is authorized field by field. */
export const projectionResolvers: Resolvers = {
  User: { __resolveReference: ({ id }) => ({ id }) },
  Course: { __resolveReference: ({ id }) => ({ id }) },
};
