import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { getOwn, isObject } from './json.js';
import type { Descendant } from './paths.js';
import type { SubgraphOperation } from './subgraph-operation.js';
import { meetsTypeCondition } from './type-condition.js';

const up = '..';
const conditionPrefix = '... on ';

/** Where `@fromContext` finds a value: keys from an object that stands so many levels above. */
interface Source {
  readonly levels: number;
  readonly keys: readonly string[];
}

/** Reads the values of `@fromContext` for one object: members of a JSON object, as text. */
export type ContextValues = (descendant: Descendant) => string;

/** @param rewrites of a plan's node, one for each argument and type that may stand above */
export function contextValues(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[],
): ContextValues {
  const sources = new Map<string, Source[]>();
  for (const rewrite of rewrites) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    const levels = rewrite.path.filter((key) => key === up).length;
    const source = { levels, keys: rewrite.path.slice(levels) };
    sources.set(rewrite.renameKeyTo, [...(sources.get(rewrite.renameKeyTo) ?? []), source]);
  }
  return ({ object, above }) => {
    const members: string[] = [];
    for (const [name, candidates] of sources) {
      for (const { levels, keys } of candidates) {
        const start = levels === 0 ? object : above[above.length - levels];
        const value = valueAt(schema, start, keys);
        if (value === undefined) continue;
        members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
        break;
      }
    }
    return members.join(',');
  };
}

/** @returns `undefined` when the way leads nowhere, or another type stands on it */
function valueAt(schema: GraphQLSchema, value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => valueAt(schema, item, keys) ?? null);
  if (!isObject(value)) return undefined;
  if (!key.startsWith(conditionPrefix)) return valueAt(schema, getOwn(value, key), rest);
  const condition = key.slice(conditionPrefix.length);
  return meetsTypeCondition(schema, value, condition, true)
    ? valueAt(schema, value, rest)
    : undefined;
}

/** The operation for entities that all have these values above them. */
export function withContextValues(
  operation: SubgraphOperation,
  rewrites: readonly FetchDataRewrite[],
  values: string,
): SubgraphOperation {
  const names = new Set(
    rewrites.flatMap((rewrite) => (rewrite.kind === 'KeyRenamer' ? rewrite.renameKeyTo : [])),
  );
  return {
    ...operation,
    opening: values === '' ? operation.opening : `${operation.opening}${values},`,
    id: `${operation.id} ${values}`,
    // A client's variable of such a name is not meant.
    variableUsages: operation.variableUsages.filter((name) => !names.has(name)),
    contextValues: values,
  };
}
