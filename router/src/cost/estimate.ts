import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../execution/json.js';
import type { ListSize } from './cost-directives.js';
import { nothing, plus, times, upTo, type Cost } from './cost.js';
import { selectionSetsOf, type Selector } from '../execution/selection.js';
import type { Field, Weights } from './weights.js';

export interface EstimateContext {
  readonly schema: GraphQLSchema;
  readonly weights: Weights;
  readonly select: Selector;
  readonly variables: JsonObject;
  /** The length of a list about which the schema says nothing. */
  readonly assumedListSize: number;
  /** Told of each breach of `requireOneSlicingArgument`. */
  readonly onProblem: (problem: string) => void;
}

/** Lengths of lists below a field, by the name of the sub-field: what `sizedFields` says. */
type Sizes = ReadonlyMap<string, number>;
const noSizes: Sizes = new Map();

/**
 * The most that a selection can cost: the static analysis of the specification, section 5.1.1. Each list is as
 * long as it may be, each object of its dearest possible type.
 */
export function estimate(
  context: EstimateContext,
  root: GraphQLObjectType,
  selectionSet: SelectionSetNode,
): Cost {
  const { schema, weights, select, variables, assumedListSize } = context;
  const remember = memory();

  function ofComposite(
    type: GraphQLCompositeType,
    selectionSets: readonly SelectionSetNode[],
    sizes: Sizes,
  ): Cost {
    return remember(type, selectionSets, sizes, () => {
      const concrete = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
      return concrete.map((one) => ofObject(one, selectionSets, sizes)).reduce(upTo, nothing);
    });
  }

  function ofObject(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    sizes: Sizes,
  ): Cost {
    let cost: Cost = { fieldCost: 0, typeCost: weights.ofType(type) };
    for (const nodes of select(type, selectionSets).values()) {
      const field = type.getFields()[nodes[0]?.name.value ?? ''];
      if (field !== undefined) cost = plus(cost, ofField(type, field, nodes, sizes));
    }
    return cost;
  }

  function ofField(
    parent: GraphQLObjectType,
    field: Field,
    nodes: readonly FieldNode[],
    sizes: Sizes,
  ): Cost {
    const [node] = nodes;
    if (node === undefined) return nothing;
    const args = getArgumentValues(field, node, variables);
    const own = { fieldCost: weights.ofField(parent, field, args), typeCost: 0 };
    const listSize = weights.listSize(parent, field);
    const size = sizeOf(`${parent.name}.${field.name}`, listSize, args);
    const isForOthers = listSize !== undefined && listSize.sizedFields.length > 0;
    const ownSize = sizes.get(field.name) ?? (isForOthers ? undefined : size);
    const count = itemCount(field.type, ownSize ?? assumedListSize, assumedListSize);
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) {
      return plus(own, times(count, { fieldCost: 0, typeCost: weights.ofType(named) }));
    }
    const below =
      isForOthers && size !== undefined
        ? new Map(listSize.sizedFields.map((name) => [name, size]))
        : noSizes;
    return plus(own, times(count, ofComposite(named, selectionSetsOf(nodes), below)));
  }

  function sizeOf(
    coordinate: string,
    listSize: ListSize | undefined,
    args: JsonObject,
  ): number | undefined {
    if (listSize === undefined) return undefined;
    const { slicingArguments, requireOneSlicingArgument, assumedSize } = listSize;
    const given = slicingArguments.flatMap((name) => {
      const value = args[name];
      return typeof value === 'number' ? [value] : [];
    });
    if (requireOneSlicingArgument && slicingArguments.length > 0 && given.length !== 1) {
      context.onProblem(`${coordinate} needs exactly one of ${slicingArguments.join(', ')}.`);
    }
    return given.length > 0 ? Math.max(0, ...given) : assumedSize;
  }

  return ofComposite(root, [selectionSet], noSizes);
}

/** How many values a field brings; the lists within a list have the assumed size. */
function itemCount(type: GraphQLOutputType, size: number, innerSize: number): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? size * itemCount(nullable.ofType, innerSize, innerSize) : 1;
}

/**
 * Remembers what a selection costs on a type. Without it each level of a deep operation would be analysed once
 * for every chain of possible types above it.
 */
function memory() {
  const numbers = new Map<SelectionSetNode, number>();
  const known = new Map<string, Cost>();
  const numberOf = (node: SelectionSetNode): number => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  };
  return (
    type: GraphQLCompositeType,
    selectionSets: readonly SelectionSetNode[],
    sizes: Sizes,
    work: () => Cost,
  ): Cost => {
    const key = `${type.name} ${selectionSets.map(numberOf).join()} ${JSON.stringify([...sizes])}`;
    const cost = known.get(key) ?? work();
    known.set(key, cost);
    return cost;
  };
}
