import {
  getNamedType,
  isInputObjectType,
  Kind,
  typeFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { operationError } from '../execution/errors.js';
import type { JsonObject } from '../execution/json.js';
import type { PreparedOperation } from '../execution/operation.js';
import type { CostModel } from './cost-model.js';

/** Refuses operations that may become too dear, before anything is fetched for them. */
export interface CostLimit {
  /**
   * @param variables coerced
   * @throws OperationError OPERATION_TOO_EXPENSIVE, with the estimate and what is allowed
   */
  check(prepared: PreparedOperation, variables: JsonObject): void;
}

/** An operation comes again and again with other variables: most of them change nothing about what it may cost. */
const estimatesPerOperation = 100;

/** @param maximum of field and type cost together */
export function costLimit(
  schema: GraphQLSchema,
  costs: Pick<CostModel, 'estimate'>,
  maximum: number,
): CostLimit {
  const known = new WeakMap<PreparedOperation, Estimates>();
  return {
    check(prepared, variables) {
      const estimates = known.get(prepared) ?? newEstimates(schema, prepared);
      known.set(prepared, estimates);
      const key = estimates.keyOf(variables);
      let cost = estimates.byValues.get(key);
      if (cost === undefined) {
        const { fieldCost, typeCost } = costs.estimate(prepared, variables);
        cost = fieldCost + typeCost;
        estimates.byValues.set(key, cost);
      }
      if (cost > maximum) throw tooExpensive(cost, maximum);
    },
  };
}

interface Estimates {
  /** The same for variables with which the operation costs the same. */
  readonly keyOf: (variables: JsonObject) => string;
  readonly byValues: LRUCache<string, number>;
}

function newEstimates(
  schema: GraphQLSchema,
  { operation, conditions }: PreparedOperation,
): Estimates {
  const definitions = operation.variableDefinitions ?? [];
  const nameOf = ({ variable }: VariableDefinitionNode) => variable.name.value;
  const counted = new Set([
    ...definitions.filter((definition) => isCounted(schema, definition)).map(nameOf),
    ...conditions,
  ]);
  const names = definitions.map(nameOf);
  return {
    // Of all others it counts only whether they are given: an argument may have a weight.
    keyOf: (variables) =>
      JSON.stringify(
        names.map((name) => (counted.has(name) ? variables[name] : variables[name] !== undefined)),
      ),
    byValues: new LRUCache({ max: estimatesPerOperation }),
  };
}

/** Numbers may be lengths of lists, and input objects have a weight for each of their fields. */
function isCounted(schema: GraphQLSchema, { type }: VariableDefinitionNode): boolean {
  let node = type;
  while (node.kind !== Kind.NAMED_TYPE) node = node.type;
  const named = getNamedType(typeFromAST(schema, node));
  return named?.name === 'Int' || isInputObjectType(named);
}

const tooExpensive = (estimated: number, maximum: number) =>
  operationError(
    'OPERATION_TOO_EXPENSIVE',
    `The operation may cost ${estimated}; ${maximum} is allowed. Ask for fewer or shorter lists.`,
  );
