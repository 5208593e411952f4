import type { Closable, Logger } from '@pcc/platform';
import { OperationError } from '../execution/errors.js';
import { startPlannerThread, type PlannerThread } from './planner-thread.js';
import type {
  PlannedOperation,
  PlannerSettings,
  PlanningOutcome,
  PlanningRequest,
  SupergraphFacts,
} from './protocol.js';
import { notPlannable, supervisePlanner, unavailable } from './supervised-planner.js';

export interface PlanningOptions extends PlannerSettings {
  readonly logger: Logger;
  /** For one operation, in milliseconds. */
  readonly timeLimitMs?: number | undefined;
  /** Operations that may wait for their turn; more are refused. */
  readonly maxWaiting?: number | undefined;
  /** For tests. */
  readonly startThread?: ((settings: PlannerSettings) => Promise<PlannerThread>) | undefined;
}

/** Plans operations on one version of the supergraph, off the main thread. */
export interface PlanningService extends Closable {
  readonly facts: SupergraphFacts;
  /**
   * @throws OperationError when it is not valid, or takes too long
   * @throws AppError SERVICE_UNAVAILABLE when too many wait
   */
  plan(request: PlanningRequest): Promise<PlannedOperation>;
  /** Ends after the last operation that waits; `close` ends at once. */
  retire(): Promise<void>;
}

/**
 * Mostly it is some ten milliseconds. Where interfaces lead to interfaces over several subgraphs the planner weighs so
 * many ways that a query of twenty lines takes five seconds.
 */
const defaultTimeLimitMs = 10_000;
const defaultMaxWaiting = 100;
/** Whoever has waited so long for a turn has mostly gone. */
const waitLimitMs = 10_000;

interface Job {
  readonly request: PlanningRequest;
  readonly since: number;
  resolve(operation: PlannedOperation): void;
  reject(reason: Error): void;
}

/** @throws when the supergraph is not valid */
export async function startPlanning(options: PlanningOptions): Promise<PlanningService> {
  const { logger, maxWaiting = defaultMaxWaiting, timeLimitMs = defaultTimeLimitMs } = options;
  const { supergraphSdl, limits, introspection, startThread = startPlannerThread } = options;
  const settings = { supergraphSdl, limits, introspection };
  const planner = await supervisePlanner(() => startThread(settings), timeLimitMs, logger);
  const waiting: Job[] = [];
  let working: Promise<void> | undefined;
  let isClosed = false;

  async function work(): Promise<void> {
    // `working` is set in this turn; whatever happens, it must not be unset before.
    await Promise.resolve();
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        if (Date.now() - job.since > waitLimitMs) throw unavailable();
        const { request } = job;
        // It may be what ended the thread while this one waited.
        const refusal = planner.refusalOf(request);
        if (refusal !== undefined) throw refusal;
        job.resolve(planned(await planner.plan(request), request, logger));
      } catch (error) {
        job.reject(error as Error);
      }
    }
    working = undefined;
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const job of waiting.splice(0)) job.reject(unavailable());
    await planner.stop();
    await working;
  }

  return {
    facts: planner.facts,
    async plan(request) {
      const refusal = planner.refusalOf(request);
      if (refusal !== undefined) throw refusal;
      if (isClosed || waiting.length >= maxWaiting) throw unavailable();
      return new Promise((resolve, reject) => {
        waiting.push({ request, since: Date.now(), resolve, reject });
        working ??= work();
      });
    },
    async retire() {
      await working;
      await close();
    },
    close,
  };
}

function planned(
  outcome: PlanningOutcome,
  { operationName }: PlanningRequest,
  logger: Logger,
): PlannedOperation {
  if (outcome.kind === 'planned') return outcome.operation;
  if (outcome.kind === 'refused') {
    throw new OperationError(outcome.errors, outcome.status, outcome.jsonStatus);
  }
  logger.error({ operationName, reason: outcome.reason }, 'planning failed');
  throw notPlannable();
}
