import { getOperationAST, parse, print } from 'graphql';
import type { FinishedOperation, WatchedOperation } from '../telemetry/observation.js';

/** An operation as it is when it was prepared. */
export function watchedOperation(text: string): WatchedOperation {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('no operation');
  return { operation, kind: operation.operation, normalisedText: print(document) };
}

/** An operation that was answered quickly and well, apart from what is given. */
export const finishedOperation = (
  prepared: WatchedOperation,
  given: Partial<FinishedOperation> = {},
): FinishedOperation => ({
  transport: 'http',
  requestId: 'request-1',
  traceId: 'a'.repeat(32),
  startedAt: 0,
  prepared,
  cache: 'none',
  errorCount: 0,
  errorCode: undefined,
  fetches: undefined,
  trace: undefined,
  durationMs: 1,
  status: 200,
  body: '{"data":{}}',
  ...given,
});
