import { requestIdHeader, traceparentHeader } from '@pcc/platform';
import type { OperationResult } from '../execution/engine.js';
import type { RequestScope } from '../execution/execution.js';
import type { PreparedOperation } from '../execution/operation.js';
import { noteErrors, type OperationObserver } from '../telemetry/observation.js';

type Result = Pick<OperationResult, 'data' | 'errors'>;

/** Does the work of answering one operation or event, watched. */
export type Observed = (
  scope: RequestScope,
  work: (scope: RequestScope) => Promise<Result>,
) => Promise<Result>;

/** Watches each event of a subscription as an operation of its own. */
export const observedEvents =
  (observer: OperationObserver | undefined, prepared: PreparedOperation): Observed =>
  async (scope, work) => {
    if (observer === undefined) return work(scope);
    const observation = observer.begin({
      transport: 'ws',
      requestId: scope.headers[requestIdHeader] ?? '',
      traceId: scope.headers[traceparentHeader]?.split('-')[1] ?? '',
    });
    observation.prepared = prepared;
    const { log, ...rest } = scope;
    let result: Result = { data: '', errors: [downstream] };
    try {
      result = await work({ ...rest, log, observation });
      return result;
    } finally {
      noteErrors(observation, result.errors);
      observer.end(observation, { status: 200, body: result.data });
    }
  };

/** What makes the work fail is its owner: the subscription waits and tries again. */
const downstream = { message: '', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } };
