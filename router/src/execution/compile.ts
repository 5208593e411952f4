import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { contextFetch } from './context-fetch.js';
import { entityFetch } from './entity-fetch.js';
import { getOwn } from './json.js';
import type { PathArray } from './paths.js';
import type { CompileContext, PlanStep } from './plan-step.js';
import { representationBuilder } from './representation.js';
import { rootFetch } from './root-fetch.js';

const nothing: PlanStep = () => undefined;

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
      return compileFetch(node, context, path);
    case 'Defer':
      // The planner makes these only when told to; validation has refused @defer before.
      throw new Error('@defer is not supported');
  }
}

function compileFetch(node: FetchNode, context: CompileContext, path: PathArray): PlanStep {
  const operation = context.operationOf(node);
  const { contextRewrites = [], inputRewrites, requires } = node;
  if (requires === undefined) {
    if (contextRewrites.length > 0) throw new Error('@fromContext on a root field');
    return rootFetch(operation, path, context);
  }
  const representations = representationBuilder(context.supergraphSchema, requires, inputRewrites);
  const fetch = { operation, path, context, representations };
  return contextRewrites.length === 0 ? entityFetch(fetch) : contextFetch(fetch, contextRewrites);
}

const inSequence =
  (steps: readonly PlanStep[]): PlanStep =>
  async (execution) => {
    for (const step of steps) {
      const running = step(execution);
      if (running !== undefined) await running;
    }
  };

const inParallel =
  (steps: readonly PlanStep[]): PlanStep =>
  (execution) => {
    const running = steps.flatMap((step) => step(execution) ?? []);
    if (running.length <= 1) return running[0];
    return Promise.all(running).then(() => undefined);
  };
