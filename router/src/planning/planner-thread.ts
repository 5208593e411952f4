import { Worker } from 'node:worker_threads';
import { workerFile } from '@pcc/platform';
import type {
  PlannerMessage,
  PlannerSettings,
  PlanningOutcome,
  PlanningRequest,
  SupergraphFacts,
} from './protocol.js';

/** A flood that the limits let through ends its thread, not the process. */
const maxOldGenerationSizeMb = 512;

/** One life of the planner's thread. */
export interface PlannerThread {
  readonly facts: SupergraphFacts;
  /** Whether it has ended, asked or not. */
  readonly hasEnded: boolean;
  /** One at a time. Rejects when the thread ends before the outcome is there. */
  plan(request: PlanningRequest): Promise<PlanningOutcome>;
  /** Settles when the thread has ended. */
  stop(): Promise<void>;
}

/** Starts a thread. @throws what it says when it cannot load the supergraph */
export async function startPlannerThread(settings: PlannerSettings): Promise<PlannerThread> {
  const worker = new Worker(await workerFile(import.meta.url, './worker'), {
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb },
    // Neither the environment nor anything else of the process is its concern.
    env: {},
  });
  let waiting: { resolve(message: PlannerMessage): void; reject(reason: Error): void } | undefined;
  let failure = new Error('the planner has ended');
  let hasEnded = false;
  const next = () =>
    new Promise<PlannerMessage>((resolve, reject) => {
      waiting = { resolve, reject };
      // Only work keeps the process alive, not a thread that waits for some.
      worker.ref();
    });
  worker.on('message', (message: PlannerMessage) => {
    worker.unref();
    waiting?.resolve(message);
  });
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.once('exit', () => {
    hasEnded = true;
    waiting?.reject(failure);
  });

  const ready = await next();
  if (ready.kind !== 'ready') throw new Error('the planner spoke before it was ready');
  return {
    facts: ready.facts,
    get hasEnded() {
      return hasEnded;
    },
    async plan(request) {
      if (hasEnded) throw failure;
      const outcome = next();
      worker.postMessage(request);
      const message = await outcome;
      if (message.kind === 'ready') throw new Error('the planner was ready twice');
      return message;
    },
    async stop() {
      await worker.terminate();
    },
  };
}
