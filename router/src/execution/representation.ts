import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { cloneJson, getOwn, isObject, mergeJson, setOwn, type JsonObject } from './json.js';
import { applyRewrites } from './rewrites.js';
import { meetsTypeCondition } from './type-condition.js';

/** Makes an entity's representation for `_entities`; `null` when its keys or required fields are not there. */
export type RepresentationBuilder = (entity: JsonObject) => JsonObject | null;

export function representationBuilder(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[] | undefined,
): RepresentationBuilder {
  return (entity) => {
    const representation = select(schema, entity, requires);
    if (representation === null || typeof getOwn(representation, '__typename') !== 'string') {
      return null;
    }
    applyRewrites(schema, rewrites, representation);
    return representation;
  };
}

function select(
  schema: GraphQLSchema,
  source: JsonObject,
  selections: readonly QueryPlanSelectionNode[],
): JsonObject | null {
  const result: JsonObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name;
      const value = getOwn(source, key);
      if (value === undefined) return null;
      setOwn(result, key, selectValue(schema, value, selection.selections));
    } else if (
      selection.typeCondition !== undefined &&
      meetsTypeCondition(schema, source, selection.typeCondition)
    ) {
      const part = select(schema, source, selection.selections);
      if (part !== null) mergeJson(result, part);
    }
  }
  return result;
}

function selectValue(
  schema: GraphQLSchema,
  value: unknown,
  selections: readonly QueryPlanSelectionNode[] | undefined,
): unknown {
  // Rewrites change the representation in place, so it shares nothing with the answer.
  if (selections === undefined) return cloneJson(value);
  if (Array.isArray(value)) return value.map((item) => selectValue(schema, item, selections));
  return isObject(value) ? select(schema, value, selections) : null;
}
