import type {
  DocumentNode,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import type { JsonObject } from '../execution/json.js';
import { readCostDirectives } from './cost-directives.js';
import { nothing, type Cost } from './cost.js';
import { estimate } from './estimate.js';
import { measure } from './measure.js';
import { shownName } from '../execution/own-names.js';
import { selector, type Selector } from '../execution/selection.js';
import { costWeights } from './weights.js';

/** A validated operation with the fragments that it uses. */
export interface CostedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

export interface EstimatedCost extends Cost {
  /** Why the operation breaks the rules of `@listSize(requireOneSlicingArgument: true)`; a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Costs of operations on one supergraph, by IBM's GraphQL cost directives: `@cost` and `@listSize` in the
 * subgraphs' SDL, with the specification's default weights for everything else.
 */
export interface CostModel {
  /** Whether the supergraph says anything of costs. Where it does not, estimates are mere guesses. */
  readonly isDeclared: boolean;
  /** An upper bound, before anything is fetched. @param variables coerced, with defaults */
  estimate(operation: CostedOperation, variables: JsonObject): EstimatedCost;
  /** Of an answer. @param data as the client gets it */
  measure(operation: CostedOperation, variables: JsonObject, data: JsonObject | null): Cost;
}

export interface CostModelOptions {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;
  /** The length of a list about which the schema says nothing; the specification leaves it open. */
  readonly assumedListSize?: number;
}

/** As long as our own pages are when a client does not say (DESIGN section 3). */
const defaultListSize = 20;

export function costModel({
  schema,
  supergraphSdl,
  assumedListSize = defaultListSize,
}: CostModelOptions): CostModel {
  const directives = readCostDirectives(supergraphSdl);
  const weights = costWeights(directives);
  const rootOf = ({ operation }: OperationDefinitionNode): GraphQLObjectType => {
    const root = schema.getRootType(operation);
    if (root == null) throw new Error(`The schema has no ${operation} type`);
    return root;
  };
  return {
    isDeclared: directives.weights.size > 0 || directives.listSizes.size > 0,
    estimate({ document, operation }, variables) {
      const problems = new Set<string>();
      const select = selector(schema, document, variables);
      const onProblem = (problem: string) => void problems.add(problem);
      const context = { schema, weights, select, variables, assumedListSize, onProblem };
      const cost = estimate(context, rootOf(operation), operation.selectionSet);
      return { ...cost, problems: [...problems] };
    },
    measure({ document, operation }, variables, data) {
      if (data === null) return nothing;
      const select = byShownName(selector(schema, document, variables));
      const context = { schema, weights, select, variables };
      return measure(context, rootOf(operation), operation.selectionSet, data);
    },
  };
}

/** An answer has the names that the client knows, not those under which fields travel. */
const byShownName =
  (select: Selector): Selector =>
  (...of) =>
    new Map([...select(...of)].map(([key, nodes]) => [shownName(key), nodes]));
