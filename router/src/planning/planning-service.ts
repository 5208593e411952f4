import { createHash } from 'node:crypto';
import { AppError, errorMessage, type Closable, type Logger } from '@pcc/platform';
import { LRUCache } from 'lru-cache';
import { OperationError, operationError } from '../execution/errors.js';
import { startPlannerThread, type PlannerThread } from './planner-thread.js';
import type {
  PlannedOperation,
  PlannerSettings,
  PlanningOutcome,
  PlanningRequest,
  SupergraphFacts,
} from './protocol.js';

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

/** The worst that the limits allow took a second; see the router's README. */
const defaultTimeLimitMs = 5_000;
const defaultMaxWaiting = 100;
/** Whoever has waited so long for a turn has mostly gone. */
const waitLimitMs = 10_000;
/** What ended a thread once would do so again: for so long it is refused without trying. */
const refusedForMs = 60_000;
const maxRefused = 1_000;

interface Job {
  readonly request: PlanningRequest;
  readonly since: number;
  resolve(operation: PlannedOperation): void;
  reject(reason: Error): void;
}

/** @throws when the supergraph is not valid */
export async function startPlanning(options: PlanningOptions): Promise<PlanningService> {
  const { logger, timeLimitMs = defaultTimeLimitMs, maxWaiting = defaultMaxWaiting } = options;
  const { supergraphSdl, limits, introspection, startThread: start = startPlannerThread } = options;
  const startThread = () => start({ supergraphSdl, limits, introspection });
  let thread: PlannerThread = await startThread();
  const { facts } = thread;
  const refused = new LRUCache<string, OperationError>({ max: maxRefused, ttl: refusedForMs });
  const waiting: Job[] = [];
  let working: Promise<void> | undefined;
  let isClosed = false;

  async function work(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        if (Date.now() - job.since > waitLimitMs) throw unavailable();
        job.resolve(planned(await outcomeOf(job.request), job.request));
      } catch (error) {
        job.reject(error as Error);
      }
    }
    working = undefined;
  }

  async function outcomeOf(request: PlanningRequest): Promise<PlanningOutcome> {
    if (thread.hasEnded) await restart();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void thread.stop();
    }, timeLimitMs);
    try {
      return await thread.plan(request);
    } catch (error) {
      if (isClosed) throw unavailable();
      const reason = isLate ? `took over ${timeLimitMs} ms` : errorMessage(error);
      logger.error(
        { operationName: request.operationName, reason },
        'an operation ended the planner',
      );
      const refusal = isLate ? tooSlow() : notPlannable();
      refused.set(digest(request), refusal);
      throw refusal;
    } finally {
      clearTimeout(timer);
    }
  }

  async function restart(): Promise<void> {
    if (isClosed) throw unavailable();
    const started = await startThread().catch((error: unknown) => {
      logger.error({ err: error }, `the planner cannot start again: ${errorMessage(error)}`);
      throw unavailable();
    });
    thread = started;
    if (isClosed) await started.stop();
  }

  function planned(outcome: PlanningOutcome, { operationName }: PlanningRequest): PlannedOperation {
    if (outcome.kind === 'planned') return outcome.operation;
    if (outcome.kind === 'refused') throw new OperationError(outcome.errors, outcome.status);
    logger.error({ operationName, reason: outcome.reason }, 'planning failed');
    throw notPlannable();
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const job of waiting.splice(0)) job.reject(unavailable());
    await thread.stop();
    await working;
  }

  return {
    facts,
    async plan(request) {
      const refusal = refused.size === 0 ? undefined : refused.get(digest(request));
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

const digest = ({ query, operationName }: PlanningRequest): string =>
  createHash('sha256')
    .update(`${operationName ?? ''}\n${query}`)
    .digest('base64url');

const unavailable = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'Too many new operations wait to be planned; try again.', {
    retryAfterSeconds: 1,
  });

const tooSlow = (): OperationError =>
  operationError('PLANNING_TIMEOUT', 'The operation takes too long to plan; ask for less at once.');

const notPlannable = (): OperationError =>
  operationError('PLANNING_FAILED', 'The operation cannot be planned.', 500);
