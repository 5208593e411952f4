import { requestIdentity, type RequestIdentity } from '@pcc/platform';
import type { OperationResult } from '../execution/engine.js';
import type { RequestScope } from '../execution/execution.js';
import { noteErrors, type Observation, type OperationObserver } from '../telemetry/observation.js';
import type { PreparedOperation } from '../execution/operation.js';

type Result = Pick<OperationResult, 'data' | 'errors'>;

/** Makes what goes along with one call to the owner. */
export type ScopeOf = (
  identity: RequestIdentity,
  observation: Observation | undefined,
) => Promise<RequestScope>;

/** Does the work of answering one event, watched. */
export type Observed = (work: (scope: RequestScope) => Promise<Result>) => Promise<Result>;

/** Watches each event of a subscription as an operation of its own. */
export const observedEvents =
  (
    observer: OperationObserver | undefined,
    prepared: PreparedOperation,
    scopeOf: ScopeOf,
  ): Observed =>
  async (work) => {
    const identity = requestIdentity(() => undefined);
    if (observer === undefined) return work(await scopeOf(identity, undefined));
    const { requestId, traceId } = identity;
    const observation = observer.begin({ transport: 'ws', requestId, traceId });
    observation.prepared = prepared;
    let result: Result = { data: '', errors: [downstream] };
    try {
      result = await work(await scopeOf(identity, observation));
      return result;
    } finally {
      noteErrors(observation, result.errors);
      observer.end(observation, { status: 200, body: result.data });
    }
  };

/** What makes the work fail is its owner: the subscription waits and tries again. */
const downstream = { message: '', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } };
