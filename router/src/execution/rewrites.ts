import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { getOwn, isObject, setOwn, type JsonObject } from './json.js';
import type { PathArray } from './paths.js';
import { meetsTypeCondition } from './type-condition.js';

const conditionPrefix = '... on ';

type Rewrites = readonly FetchDataRewrite[] | undefined;

/**
 * Applies a plan's rewrites to data on its way to a subgraph (concrete type names for
 * `@interfaceObject`) or from it (aliases that the planner made up where two fragments clash).
 */
export function applyRewrites(schema: GraphQLSchema, rewrites: Rewrites, data: unknown): void {
  for (const rewrite of rewrites ?? []) {
    const key = rewrite.path.at(-1);
    if (key === undefined) continue;
    rewriteAt(schema, rewrite.path.slice(0, -1), data, (object) => {
      if (rewrite.kind === 'ValueSetter') {
        setOwn(object, key, rewrite.setValueTo as unknown);
      } else {
        const value = getOwn(object, key);
        if (value === undefined) return;
        delete object[key];
        setOwn(object, rewrite.renameKeyTo, value);
      }
    });
  }
}

function rewriteAt(
  schema: GraphQLSchema,
  path: readonly string[],
  data: unknown,
  change: (object: JsonObject) => void,
): void {
  if (Array.isArray(data)) {
    for (const item of data) rewriteAt(schema, path, item, change);
    return;
  }
  if (!isObject(data)) return;
  const [first, ...rest] = path;
  if (first === undefined) {
    change(data);
  } else if (!first.startsWith(conditionPrefix)) {
    rewriteAt(schema, rest, getOwn(data, first), change);
  } else if (meetsTypeCondition(schema, data, first.slice(conditionPrefix.length), true)) {
    rewriteAt(schema, rest, data, change);
  }
}

/** Gives an error's path the names that the client chose, where the planner had renamed a key. */
export function rewriteErrorPath(rewrites: Rewrites, path: PathArray): (string | number)[] {
  const renamed = [...path];
  for (const rewrite of rewrites ?? []) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    const keys = rewrite.path.filter((element) => !element.startsWith(conditionPrefix));
    const positions = [...path.keys()].filter((index) => typeof path[index] === 'string');
    const last = positions[keys.length - 1];
    if (last !== undefined && keys.every((key, index) => path[positions[index] ?? -1] === key)) {
      renamed[last] = rewrite.renameKeyTo;
    }
  }
  return renamed;
}
