import { createHash } from 'node:crypto';
import { AppError, errorMessage, type Logger } from '@pcc/platform';
import { LRUCache } from 'lru-cache';
import { operationError, type OperationError } from '../execution/errors.js';
import type { PlannerThread } from './planner-thread.js';
import type { PlanningOutcome, PlanningRequest, SupergraphFacts } from './protocol.js';

/** A planner that is always there: a thread that hangs is ended, and one that has ended is replaced. */
export interface SupervisedPlanner {
  readonly facts: SupergraphFacts;
  /** Whether this operation ended a thread a moment ago: it is not tried again. */
  refusalOf(request: PlanningRequest): OperationError | undefined;
  /** One at a time. @throws OperationError when it ends the thread; AppError when there is no thread to be had */
  plan(request: PlanningRequest): Promise<PlanningOutcome>;
  /** For good. */
  stop(): Promise<void>;
}

/** What ended a thread once would do so again: for so long it is refused without trying. */
const refusedForMs = 60_000;
const maxRefused = 1_000;

export async function supervisePlanner(
  startThread: () => Promise<PlannerThread>,
  timeLimitMs: number,
  logger: Logger,
): Promise<SupervisedPlanner> {
  let thread = await startThread();
  let isStopped = false;
  const refused = new LRUCache<string, OperationError>({ max: maxRefused, ttl: refusedForMs });

  async function restart(): Promise<void> {
    if (isStopped) throw unavailable();
    thread = await startThread().catch((error: unknown) => {
      logger.error({ err: error }, `the planner cannot start again: ${errorMessage(error)}`);
      throw unavailable();
    });
    if (isStopped) await thread.stop();
  }

  return {
    facts: thread.facts,
    refusalOf: (request) => (refused.size === 0 ? undefined : refused.get(digest(request))),
    async plan(request) {
      if (thread.hasEnded) await restart();
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        void thread.stop();
      }, timeLimitMs);
      try {
        return await thread.plan(request);
      } catch (error) {
        if (isStopped) throw unavailable();
        const reason = isLate ? `took over ${timeLimitMs} ms` : errorMessage(error);
        const { operationName } = request;
        logger.error({ operationName, reason }, 'an operation ended the planner');
        const refusal = isLate ? tooSlow() : notPlannable();
        refused.set(digest(request), refusal);
        throw refusal;
      } finally {
        clearTimeout(timer);
      }
    },
    async stop() {
      isStopped = true;
      await thread.stop();
    },
  };
}

const digest = ({ query, operationName }: PlanningRequest): string =>
  createHash('sha256')
    .update(`${operationName ?? ''}\n${query}`)
    .digest('base64url');

export const unavailable = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'Too many new operations wait to be planned; try again.', {
    retryAfterSeconds: 1,
  });

const tooSlow = (): OperationError =>
  operationError('PLANNING_TIMEOUT', 'The operation takes too long to plan; ask for less at once.');

export const notPlannable = (): OperationError =>
  operationError('PLANNING_FAILED', 'The operation cannot be planned.', 500);
