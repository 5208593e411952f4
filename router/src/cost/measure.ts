import {
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { getOwn, isObject, type JsonObject } from '../execution/json.js';
import { nothing, plus, type Cost } from './cost.js';
import { selectionSetsOf, type SelectedFields, type Selector } from '../execution/selection.js';
import type { Field, Weights } from './weights.js';

export interface MeasureContext {
  readonly schema: GraphQLSchema;
  readonly weights: Weights;
  readonly select: Selector;
  readonly variables: JsonObject;
}

/**
 * What an answer did cost: the analysis of the specification, section 5.1.3. Lists are as long as they came, a
 * null costs only its field.
 */
export function measure(
  context: MeasureContext,
  root: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  data: JsonObject,
): Cost {
  const { weights, variables } = context;

  function ofObject(
    type: GraphQLCompositeType,
    selectionSets: readonly SelectionSetNode[],
    object: JsonObject,
  ): Cost {
    const { concrete, selected } = concreteType(context, type, selectionSets, object);
    let cost: Cost = { fieldCost: 0, typeCost: weights.ofType(concrete) };
    for (const [key, nodes] of selected) {
      const field = concrete.getFields()[nodes[0]?.name.value ?? ''];
      const value = getOwn(object, key);
      if (field === undefined || value === undefined) continue;
      cost = plus(cost, ofField(concrete, field, nodes, value));
    }
    return cost;
  }

  function ofField(
    parent: GraphQLObjectType,
    field: Field,
    nodes: readonly FieldNode[],
    value: unknown,
  ): Cost {
    const [node] = nodes;
    if (node === undefined) return nothing;
    const args = getArgumentValues(field, node, variables);
    const own = { fieldCost: weights.ofField(parent, field, args), typeCost: 0 };
    return plus(own, ofValue(field, nodes, value));
  }

  function ofValue(field: Field, nodes: readonly FieldNode[], value: unknown): Cost {
    if (value === null) return nothing;
    const named = getNamedType(field.type);
    // A custom scalar may be a list itself; it is one value then, but nobody weighs scalars.
    if (Array.isArray(value)) {
      return value.map((item: unknown) => ofValue(field, nodes, item)).reduce(plus, nothing);
    }
    if (isCompositeType(named) && isObject(value)) {
      return ofObject(named, selectionSetsOf(nodes), value);
    }
    return { fieldCost: 0, typeCost: weights.ofType(named) };
  }

  return ofObject(root, [selectionSet], data);
}

/**
 * The type of an object in the answer: told by `__typename` where the client has selected it, else by the keys
 * that it has, the dearest where several fit.
 */
function concreteType(
  { schema, select, weights }: MeasureContext,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  object: JsonObject,
): { readonly concrete: GraphQLObjectType; readonly selected: SelectedFields } {
  if (isObjectType(type)) return { concrete: type, selected: select(type, selectionSets) };
  const candidates = schema
    .getPossibleTypes(type)
    .map((concrete) => ({ concrete, selected: select(concrete, selectionSets) }))
    .sort((one, other) => weights.ofType(other.concrete) - weights.ofType(one.concrete));
  const keys = Object.keys(object);
  const fits = ({ concrete, selected }: (typeof candidates)[number]) =>
    selected.size === keys.length &&
    keys.every((key) => {
      const name = selected.get(key)?.[0]?.name.value;
      return name === '__typename' ? object[key] === concrete.name : name !== undefined;
    });
  const [first] = candidates;
  if (first === undefined) throw new Error(`${type.name} has no concrete type`);
  return candidates.find(fits) ?? first;
}
