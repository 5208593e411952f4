import { errorMessage, isStoreUnavailable, type Closable, type Logger } from '@pcc/platform';

export interface WorkerOptions {
  /** Does one piece of work. @returns whether there was any */
  readonly runNext: () => Promise<boolean>;
  readonly logger: Logger;
  /** Pieces under way at once. */
  readonly concurrency?: number;
  /** How long to wait when there is nothing to do and nobody wakes the worker: finds retries and others' leftovers. */
  readonly pollMs?: number;
}

export interface Worker extends Closable {
  /** Says that there is work now. */
  wake(): void;
}

/** Runs pieces of work until closed. `close` waits for those under way. */
export function startWorker(options: WorkerOptions): Worker {
  const { runNext, logger, concurrency = 4, pollMs = 500 } = options;
  const sleepers = new Set<() => void>();
  let running = true;
  // Counts wake-ups, so that one between "nothing to do" and falling asleep is not missed.
  let wakeUps = 0;

  const wake = () => {
    wakeUps++;
    for (const wakeUp of [...sleepers]) wakeUp();
  };
  const sleep = (seen: number) =>
    new Promise<void>((resolve) => {
      if (!running || seen !== wakeUps) {
        resolve();
        return;
      }
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
      const seen = wakeUps;
      let hadWork = false;
      try {
        hadWork = await runNext();
      } catch (error) {
        const level = isStoreUnavailable(error) ? 'warn' : 'error';
        if (running) logger[level]({ err: error }, `worker: ${errorMessage(error)}`);
      }
      if (!hadWork) await sleep(seen);
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
