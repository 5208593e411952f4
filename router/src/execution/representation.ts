import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { cloneJson, getOwn, isObject, mergeJson, setOwn, type JsonObject } from './json.js';
import { quote } from './leaf-text.js';
import { applyRewrites } from './rewrites.js';
import { conditionMatcher, meetsTypeCondition } from './type-condition.js';

export interface RepresentationBuilder {
  /**
   * Makes an entity's representation for `_entities`, as JSON text: the same entity gives the same text.
   * `null` when its keys or required fields are not there.
   */
  readonly build: (entity: JsonObject) => string | null;
  /**
   * The one value on which the representation depends, where there is such: a list of a hundred reviews shows the same
   * few products, and their texts need not be made a hundred times.
   */
  readonly identityOf: (entity: JsonObject) => string | undefined;
}

type Selections = readonly QueryPlanSelectionNode[];

export function representationBuilder(
  schema: GraphQLSchema,
  requires: Selections,
  rewrites: readonly FetchDataRewrite[] | undefined,
): RepresentationBuilder {
  const condition = flatCondition(requires);
  return condition === undefined || (rewrites?.length ?? 0) > 0
    ? generalBuilder(schema, requires, rewrites)
    : flatBuilder(schema, condition);
}

interface FlatCondition {
  readonly typeCondition: string;
  readonly keys: readonly string[];
}

/** The usual case: one type condition with leaves in it. */
function flatCondition(requires: Selections): FlatCondition | undefined {
  const [only, ...others] = requires;
  if (only?.kind !== 'InlineFragment' || others.length > 0) return undefined;
  if (only.typeCondition === undefined) return undefined;
  const keys = only.selections.flatMap((selection) =>
    selection.kind === 'Field' && selection.selections === undefined
      ? [selection.alias ?? selection.name]
      : [],
  );
  return keys.length === only.selections.length
    ? { typeCondition: only.typeCondition, keys: [...new Set(keys)] }
    : undefined;
}

function flatBuilder(
  schema: GraphQLSchema,
  { typeCondition, keys }: FlatCondition,
): RepresentationBuilder {
  const matches = conditionMatcher(schema, typeCondition);
  const labelled = keys
    .filter((key) => key !== '__typename')
    .map((key) => ({ key, label: `,${JSON.stringify(key)}:` }));
  const [first, ...others] = labelled;
  const onlyKey = others.length === 0 ? first?.key : undefined;
  return {
    build(entity) {
      const typeName = entity['__typename'];
      if (typeof typeName !== 'string' || !matches(typeName)) return null;
      let text = `{"__typename":${quote(typeName)}`;
      for (const { key, label } of labelled) {
        const value = getOwn(entity, key);
        if (value === undefined) return null;
        text += label + (typeof value === 'string' ? quote(value) : JSON.stringify(value));
      }
      return `${text}}`;
    },
    identityOf(entity) {
      if (onlyKey === undefined || entity['__typename'] !== typeCondition) return undefined;
      const value = getOwn(entity, onlyKey);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function generalBuilder(
  schema: GraphQLSchema,
  requires: Selections,
  rewrites: readonly FetchDataRewrite[] | undefined,
): RepresentationBuilder {
  return {
    build(entity) {
      const representation = select(schema, entity, requires);
      if (representation === null || typeof getOwn(representation, '__typename') !== 'string') {
        return null;
      }
      applyRewrites(schema, rewrites, representation);
      return JSON.stringify(representation);
    },
    identityOf: () => undefined,
  };
}

function select(
  schema: GraphQLSchema,
  source: JsonObject,
  selections: Selections,
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
  selections: Selections | undefined,
): unknown {
  // Rewrites change the representation in place, so it shares nothing with the answer.
  if (selections === undefined) return cloneJson(value);
  if (Array.isArray(value)) return value.map((item) => selectValue(schema, item, selections));
  return isObject(value) ? select(schema, value, selections) : null;
}
