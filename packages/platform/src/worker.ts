import type { Logger } from 'pino';
import { errorMessage } from './errors.js';
import type { Closable } from './lifecycle.js';
import { isStoreUnavailable } from './store-errors.js';

export interface WorkerOptions {
  /** For the log. */
  readonly name: string;
  /** Does what is due, or a piece of it. @returns whether there may be more at once */
  readonly step: () => Promise<boolean>;
  /** How long to wait when nothing is due and nobody wakes the worker: finds retries and others' leftovers. */
  readonly pollMs: number;
  /** Steps under way at once; one when left out. */
  readonly concurrency?: number;
  readonly logger: Logger;
}

export interface Worker extends Closable {
  /** Says that something has become due: no need to wait for the next poll. */
  wake(): void;
}

/**
 * Repeats a step until closed; `close` waits for those under way. What is due stands in a store, so a crash loses
 * nothing.
 */
export function startWorker(options: WorkerOptions): Worker {
  const { name, step, pollMs, concurrency = 1, logger } = options;
  const sleepers = new Set<() => void>();
  let running = true;
  // Counted, so that a wake-up between "nothing is due" and falling asleep is not missed.
  let wakeUps = 0;

  const wake = () => {
    wakeUps++;
    for (const wakeUp of [...sleepers]) wakeUp();
  };
  const sleep = (seen: number) =>
    new Promise<void>((resolve) => {
      if (!running || seen !== wakeUps) return resolve();
      const wakeUp = () => {
        clearTimeout(timer);
        sleepers.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, pollMs);
      sleepers.add(wakeUp);
    });
  const loop = async () => {
    while (running) {
      let seen = wakeUps;
      let mayBeMore = false;
      try {
        mayBeMore = await step();
      } catch (error) {
        const level = isStoreUnavailable(error) ? 'warn' : 'error';
        if (running) logger[level]({ err: error }, `${name}: ${errorMessage(error)}`);
        // No hot loop on a lasting failure: who has woken it meanwhile waits as well.
        seen = wakeUps;
      }
      if (!mayBeMore) await sleep(seen);
    }
  };
  const loops = Array.from({ length: concurrency }, loop);

  return {
    wake,
    async close() {
      running = false;
      wake();
      await Promise.all(loops);
    },
  };
}
