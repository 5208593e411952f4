import { setImmediate } from 'node:timers/promises';
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import {
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import type { AccessLevel } from '../authorization/access-level.js';
import { fieldsAt } from '../authorization/filter.js';
import type { PlannedOperation } from '../planning/protocol.js';
import { compilePlan } from './compile.js';
import type { CompileContext, PlanStep } from './plan-step.js';
import { operationCatalogue } from './subgraph-operation.js';

/** An operation that was parsed, validated, planned and compiled: all work that requests can share. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly kind: OperationTypeNode;
  /** The operation without the client's layout, other operations or unused fragments. */
  readonly normalisedText: string;
  /** Runs the plan; for a subscription the part that follows the owner's event. */
  readonly run: PlanStep;
  /** The owner's part of a subscription. */
  readonly primary: FetchNode | undefined;
  /** What `run` was compiled from, for whoever wants it explained. */
  readonly plan: QueryPlan;
  /** Variables on which `@skip` and `@include` depend: the answer's shape differs with them. */
  readonly conditions: readonly string[];
  /** Asks for `__schema` or `__type`. */
  readonly introspects: boolean;
  /** Whose plan it is: what its viewers may. */
  readonly access: AccessLevel;
  /** Fields that the viewer may not see: nobody is asked for them, and the answer has null and an error. */
  readonly refused: ReadonlySet<FieldNode>;
}

/**
 * Makes a planned operation ready to run. Its text is parsed once more: that is cheaper than to clone the tree. Others
 * have their turn between the steps, which take some ten milliseconds each for the largest operations.
 */
export async function compileOperation(
  context: Omit<CompileContext, 'operationOf'>,
  planned: PlannedOperation,
  access: AccessLevel,
): Promise<PreparedOperation> {
  const { normalisedText, conditions, introspects, refused } = planned;
  const plan = JSON.parse(planned.plan) as QueryPlan;
  await setImmediate();
  const document = parse(normalisedText, { noLocation: true });
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) {
    throw new Error('a planned operation begins with the operation');
  }
  await setImmediate();
  const compiling: CompileContext = { ...context, operationOf: operationCatalogue() };
  const { node } = plan;
  return {
    document,
    operation,
    kind: operation.operation,
    normalisedText,
    plan,
    ...(node?.kind === 'Subscription'
      ? { primary: node.primary, run: compilePlan(node.rest, compiling) }
      : { primary: undefined, run: compilePlan(node, compiling) }),
    conditions,
    introspects,
    access,
    refused: fieldsAt(document, refused),
  };
}
