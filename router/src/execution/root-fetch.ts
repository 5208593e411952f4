import type { Execution } from './execution.js';
import { addFailure, blame, reportAt, shownError } from './failures.js';
import { cloneJson, mergeJson, type JsonObject } from './json.js';
import { collectObjects, type PathArray } from './paths.js';
import type { CompileContext, PlanStep } from './plan-step.js';
import { applyRewrites } from './rewrites.js';
import { sendOperation } from './send-operation.js';
import type { SubgraphOperation } from './subgraph-operation.js';

/** A fetch of root fields. Under a path its fields belong to every object there. */
export function rootFetch(
  operation: SubgraphOperation,
  path: PathArray,
  context: CompileContext,
): PlanStep {
  return (execution) => {
    const objects = path.length === 0 ? [execution.data] : collectObjects(execution.data, path);
    return objects.length === 0 ? undefined : fetchInto(execution, objects);
  };

  async function fetchInto(execution: Execution, objects: readonly JsonObject[]): Promise<void> {
    const { answer, failure } = await sendOperation(operation, execution, context, '');
    if (failure !== undefined) return blame(execution, objects, failure);
    const { data, errors } = answer;
    for (const error of errors) {
      const shown = shownError(error, operation.subgraph, context.disclosure);
      if (error.path !== undefined) {
        reportAt(execution, operation, shown, objects, path, error.path);
      } else if (data === null) {
        blame(execution, objects, addFailure(execution, shown));
      } else {
        execution.errors.push(shown);
      }
    }
    if (data === null) return;
    applyRewrites(context.supergraphSchema, operation.outputRewrites, data);
    for (const [index, object] of objects.entries()) {
      // Later fetches add to each independently. The last one gets the original.
      mergeJson(object, index === objects.length - 1 ? data : cloneJson(data));
    }
  }
}
