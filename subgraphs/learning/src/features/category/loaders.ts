import { listLoaderBy, loaderBy } from '@pcc/platform';
import type { Category, CategoryService } from './service.js';

export const categoryLoaders = (categories: CategoryService) => ({
  categoryById: loaderBy<string, Category>(
    (ids) => categories.byIds(ids),
    ({ id }) => id,
  ),
  childrenByCategoryId: listLoaderBy<string, Category>(
    (ids) => categories.childrenOf(ids),
    ({ parentId }) => parentId ?? '',
  ),
  categoryPathByCourseId: listLoaderBy<string, Category & { courseId: string }>(
    (ids) => categories.pathsOf(ids),
    ({ courseId }) => courseId,
  ),
});
