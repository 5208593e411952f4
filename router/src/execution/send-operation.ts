import { errorMessage } from '@pcc/platform';
import { OperationTypeNode } from 'graphql';
import { SubgraphFailure, type FetchFailure } from './errors.js';
import type { Execution } from './execution.js';
import { addFailure, noAnswer } from './failures.js';
import { getOwn, type JsonObject } from './json.js';
import type { CompileContext } from './plan-step.js';
import { publicMaxAge } from '../cache/cache-policy.js';
import type { SubgraphAnswer } from '../subgraph-http/subgraph-client.js';
import type { SubgraphOperation } from './subgraph-operation.js';

/** What a subgraph answered, or why it did not. */
export type Sent =
  | { readonly answer: SubgraphAnswer; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: FetchFailure };

/**
 * Sends an operation to its subgraph. Never rejects for what a subgraph does.
 * @param representations of entities, as the text of a JSON list's members; empty for root fields
 * @param freshness see `QueryOptions`
 */
export async function sendOperation(
  operation: SubgraphOperation,
  execution: Execution,
  { client, disclosure }: CompileContext,
  representations: string,
  freshness?: string,
): Promise<Sent> {
  const { subgraph, opening } = operation;
  let variables = variablesText(operation, execution.variables);
  if (representations !== '') {
    variables += `${variables === '' ? '' : ','}"representations":[${representations}]`;
  }
  try {
    const answer = await client.query(subgraph, `${opening}${variables}}}`, execution.scope, {
      mayRepeat: execution.kind !== OperationTypeNode.MUTATION,
      shareAs: { operation: operation.id, variables },
      freshness,
    });
    limitAge(execution, publicMaxAge(answer.policy));
    return { answer };
  } catch (error) {
    if (!(error instanceof SubgraphFailure)) throw error;
    execution.scope.log.warn(
      { subgraph, reason: errorMessage(error) },
      'a subgraph did not answer',
    );
    return { failure: addFailure(execution, noAnswer(subgraph, disclosure)) };
  }
}

/** The whole answer may be kept no longer than its part. @param maxAge seconds */
export function limitAge(execution: Execution, maxAge: number): void {
  execution.maxAge = Math.min(execution.maxAge ?? Number.MAX_SAFE_INTEGER, maxAge);
}

/** The variables that a fetch uses, as the client gave them: members of a JSON object, as text. */
export function variablesText(
  { variableUsages }: SubgraphOperation,
  variables: JsonObject,
): string {
  let text = '';
  for (const name of variableUsages) {
    const value = getOwn(variables, name);
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return text;
}
