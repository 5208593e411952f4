import type { Category } from './model.js';

export const childrenIn = (tree: readonly Category[], parentId: string | null): Category[] =>
  tree
    .filter((category) => category.parentId === parentId)
    .sort((left, right) => left.position - right.position);

/** The categories from this one up to the top, itself first. */
export function wayUp(tree: readonly Category[], id: string | null): Category[] {
  const byId = new Map(tree.map((category) => [category.id, category]));
  const way: Category[] = [];
  for (let at = byId.get(id ?? ''); at !== undefined; at = byId.get(at.parentId ?? '')) {
    way.push(at);
  }
  return way;
}

/** The cycle that the new parent would close, from the category down to itself; null when there is none. */
export function cycleBelow(
  tree: readonly Category[],
  id: string,
  parentId: string | null,
): Category[] | null {
  const way = wayUp(tree, parentId);
  const end = way.findIndex((category) => category.id === id);
  if (end === -1) return null;
  const down = way.slice(0, end + 1).reverse();
  return [...down, ...down.slice(0, 1)];
}
