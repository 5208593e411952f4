import { pageOf, type Result } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import { neverCache } from '../../cache-policy.js';
import type { Context } from '../../context.js';
import type { Resolvers } from '../../generated/graphql.js';

/** A payload with the category as it is now. */
async function changed({ loaders }: Context, result: Result<string>) {
  const { id, userErrors } = payload('id', result);
  return { category: id === null ? null : await loaders.categoryById.load(id), userErrors };
}

export const categoryResolvers: Resolvers = {
  Category: {
    name: ({ names }, { language }) => names[language ?? 'en'],
    parent: ({ parentId }, _args, { loaders }) =>
      parentId === null ? null : loaders.categoryById.load(parentId),
    children: async ({ id }, _args, { loaders }) => [
      ...(await loaders.childrenByCategoryId.load(id)),
    ],
    courses: async ({ id }, args, { loaders, catalogue }) => {
      const { limit } = pageOf({ first: args.first }, 0);
      const after = args.after ?? null;
      const rows = await loaders.coursesByCategoryId.load({ parentId: id, after, limit });
      return catalogue.categoryConnection(
        rows,
        args,
        async () => (await loaders.courseCountByCategoryId.load(id))?.count ?? 0,
      );
    },
  },
  Course: {
    category: async ({ id }, _args, { loaders }) =>
      (await loaders.categoryPathByCourseId.load(id)).at(-1) ?? null,
    categories: async ({ id }, _args, { loaders }) => [
      ...(await loaders.categoryPathByCourseId.load(id)),
    ],
  },
  Query: {
    categories: (_parent, _args, { categories }) => categories.top(),
    category: async (_parent, { slug }, { categories }, info) => {
      const found = await categories.bySlug(slug);
      if (found === null) neverCache(info);
      return found;
    },
  },
  Mutation: {
    createCategory: async (_parent, { input }, context) =>
      changed(context, await context.categoryAuthoring.create(context.viewer, input)),
    updateCategory: async (_parent, { input }, context) =>
      changed(context, await context.categoryAuthoring.update(context.viewer, input)),
    moveCategory: async (_parent, { input }, context) =>
      changed(context, await context.categoryAuthoring.move(context.viewer, input)),
    deleteCategory: async (_parent, { input }, { categoryAuthoring, viewer }) =>
      payload('deletedCategoryId', await categoryAuthoring.delete(viewer, input.categoryId)),
    setCourseCategory: async (_parent, { input }, { categoryAuthoring, viewer }) =>
      payload('course', await categoryAuthoring.setCourse(viewer, input)),
  },
};
