import type { PlanNode } from '@apollo/query-planner';
import { compileFetch, type CompileContext, type PlanStep } from './fetch-node.js';
import { getOwn } from './json.js';
import type { PathArray } from './paths.js';

const nothing: PlanStep = async () => undefined;

/**
 * Turns a plan into functions, once for all requests that share it.
 * @param path where the node's data belongs in the answer
 */
export function compilePlan(
  node: PlanNode | undefined,
  context: CompileContext,
  path: PathArray = [],
): PlanStep {
  if (node === undefined) return nothing;
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, context, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, context, path)));
    case 'Flatten':
      return compilePlan(node.node, context, [...path, ...node.path]);
    case 'Condition': {
      const whenTrue = compilePlan(node.ifClause, context, path);
      const whenFalse = compilePlan(node.elseClause, context, path);
      return (execution) =>
        getOwn(execution.coercedVariables, node.condition) === true
          ? whenTrue(execution)
          : whenFalse(execution);
    }
    case 'Fetch':
      return compileFetch(node, path, context);
    case 'Defer':
      // The planner makes these only when told to; validation has refused @defer before.
      throw new Error('@defer is not supported');
  }
}

const inSequence =
  (steps: readonly PlanStep[]): PlanStep =>
  async (execution) => {
    for (const step of steps) await step(execution);
  };

const inParallel =
  (steps: readonly PlanStep[]): PlanStep =>
  async (execution) => {
    await Promise.all(steps.map((step) => step(execution)));
  };
