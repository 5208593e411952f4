import { isId } from '@pcc/platform';
import type { Database } from '../../database.js';
import { isSlug } from '../course/service.js';
import type { Category } from './model.js';
import { categoryRepository } from './repository.js';

export type { Category } from './model.js';

export type CategoryService = ReturnType<typeof categoryService>;

/** Reading the tree of categories; the same for everybody. */
export const categoryService = ({ database }: { readonly database: Database }) => {
  const categories = categoryRepository(database);
  return {
    top: (): Promise<Category[]> => categories.top(),

    async bySlug(slug: string): Promise<Category | null> {
      return isSlug(slug) ? categories.findBySlug(slug) : null;
    },

    byIds: (ids: readonly string[]): Promise<Category[]> => categories.find(ids.filter(isId)),

    childrenOf: (ids: readonly string[]): Promise<Category[]> => categories.childrenOf(ids),

    /** From the top down to the category of each course. */
    pathsOf: (courseIds: readonly string[]) => categories.pathsOf(courseIds),
  };
};
