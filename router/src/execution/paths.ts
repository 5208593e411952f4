import { getOwn, isObject, type JsonObject } from './json.js';

/** A place in the answer, as a linked list, so that siblings share their common beginning. */
export interface PathLink {
  readonly previous: PathLink | undefined;
  readonly key: string | number;
}

/** An object in the answer that a fetch adds fields to. */
export interface Target {
  readonly value: JsonObject;
  readonly path: PathLink | undefined;
}

export type PathArray = readonly (string | number)[];

export const link = (previous: PathLink | undefined, key: string | number): PathLink => ({
  previous,
  key,
});

/** The path as GraphQL prints it: keys and list indices from the root. */
export function pathArray(path: PathLink | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let current = path; current !== undefined; current = current.previous)
    keys.push(current.key);
  return keys.reverse();
}

/**
 * Finds every object at a plan's path. `@` stands for each item of a list; null and missing values
 * have nothing to add to.
 */
export function collectTargets(root: JsonObject, path: PathArray): Target[] {
  const targets: Target[] = [];
  walk(root, path, 0, undefined, targets);
  return targets;
}

function walk(
  value: unknown,
  path: PathArray,
  depth: number,
  place: PathLink | undefined,
  targets: Target[],
): void {
  if (Array.isArray(value)) {
    // Lists of lists have one `@` per level; a planner path that ends on a list means its items.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const [index, item] of value.entries())
      walk(item, path, next, link(place, index), targets);
    return;
  }
  if (!isObject(value)) return;
  const key = path[depth];
  if (key === undefined) targets.push({ value, path: place });
  else if (key !== '@')
    walk(getOwn(value, String(key)), path, depth + 1, link(place, key), targets);
}
