import { prettyFormatQueryPlan } from '@apollo/query-planner';
import { AppError, headerOf, type SignedInViewer } from '@pcc/platform';
import type { IncomingMessage } from 'node:http';
import type { CachedAnswer } from '../cache/response-cache.js';
import type { RequestScope } from '../execution/execution.js';
import type { JsonObject } from '../execution/json.js';
import { serialise, type Pipeline, type Ready } from '../pipeline.js';

export const explainHeader = 'x-pcc-explain';

/**
 * Whether a request asks for its plan and cost: `x-pcc-explain: plan`.
 * @param isOn whether everybody may ask; an admin always may
 * @throws AppError FORBIDDEN, or BAD_USER_INPUT for any other value
 */
export function wantsExplanation(
  request: IncomingMessage,
  viewer: Pick<SignedInViewer, 'role'> | null,
  isOn: boolean,
): boolean {
  const value = headerOf(request, explainHeader);
  if (value === undefined) return false;
  if (value !== 'plan') throw new AppError('BAD_USER_INPUT', `"${explainHeader}" may be "plan".`);
  if (isOn || viewer?.role === 'admin') return true;
  throw new AppError('FORBIDDEN', 'Plans and costs are not shown here.');
}

/**
 * Runs an operation and adds its plan and cost to the answer. Nothing of it comes from the response cache or goes there.
 * @throws OperationError when a variable has a wrong type
 */
export async function explainedAnswer(
  pipeline: Pick<Pipeline, 'run'>,
  ready: Ready,
  scope: RequestScope,
): Promise<CachedAnswer> {
  const { prepared, supergraph, variables } = ready;
  const coerced = supergraph.engine.coerceVariables(prepared, variables);
  const { costs } = supergraph;
  const estimated = costs.estimate(prepared, coerced);
  const result = await pipeline.run(ready, scope);
  const data = JSON.parse(result.data) as JsonObject | null;
  const extensions = {
    plan: prettyFormatQueryPlan(prepared.plan),
    cost: { estimated, measured: costs.measure(prepared, coerced, data) },
  };
  return { body: serialise({ ...result, extensions }), maxAge: 0, age: 0, staleFor: 0 };
}
