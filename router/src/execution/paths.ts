import { getOwn, isObject, type JsonObject } from './json.js';

export type PathArray = readonly (string | number)[];

/**
 * Finds every object at a plan's path. `@` stands for each item of a list; null and missing values have
 * nothing to add to.
 */
export function collectObjects(root: JsonObject, path: PathArray): JsonObject[] {
  const objects: JsonObject[] = [];
  collect(root, path, 0, objects);
  return objects;
}

function collect(value: unknown, path: PathArray, depth: number, objects: JsonObject[]): void {
  if (Array.isArray(value)) {
    // Lists of lists have one `@` per level; a planner path that ends on a list means its items.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (let index = 0; index < value.length; index++) collect(value[index], path, next, objects);
    return;
  }
  if (!isObject(value)) return;
  const key = path[depth];
  if (key === undefined) objects.push(value);
  else if (key !== '@') collect(getOwn(value, String(key)), path, depth + 1, objects);
}

/** An object at a plan's path, and the objects through which the path led to it, the root first. */
export interface Descendant {
  readonly object: JsonObject;
  readonly above: readonly JsonObject[];
}

/** Like `collectObjects`, for who wants to look up from where the objects stand. */
export function collectDescendants(root: JsonObject, path: PathArray): Descendant[] {
  const found: Descendant[] = [];
  const walk = (value: unknown, depth: number, above: readonly JsonObject[]): void => {
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const item of value) walk(item, next, above);
      return;
    }
    if (!isObject(value)) return;
    const key = path[depth];
    if (key === undefined) found.push({ object: value, above });
    else if (key !== '@') walk(getOwn(value, String(key)), depth + 1, [...above, value]);
  };
  walk(root, 0, []);
  return found;
}

/**
 * The places at which some of the objects at a plan's path stand in the answer: keys and indices from the
 * root. Only errors need them, so only they pay for it.
 * @param limit how many places are enough
 */
export function placesOf(
  root: JsonObject,
  path: PathArray,
  wanted: ReadonlySet<JsonObject>,
  limit: number,
): PathArray[] {
  const places: PathArray[] = [];
  const walk = (value: unknown, depth: number, place: PathArray): void => {
    if (places.length >= limit) return;
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const [index, item] of value.entries()) walk(item, next, [...place, index]);
      return;
    }
    if (!isObject(value)) return;
    const key = path[depth];
    if (key === undefined) {
      if (wanted.has(value)) places.push(place);
    } else if (key !== '@') {
      walk(getOwn(value, String(key)), depth + 1, [...place, key]);
    }
  };
  walk(root, 0, []);
  return places;
}
