import { errorMessage, isStoreUnavailable, type Closable, type Logger } from '@pcc/platform';

export interface WorkerOptions {
  readonly name: string;
  /** Does what is due. @returns whether there may be more at once */
  readonly step: () => Promise<boolean>;
  /** How long to wait when nothing is due and nobody wakes the worker. */
  readonly pollMs: number;
  readonly logger: Logger;
}

export interface Worker extends Closable {
  /** Says that something has become due: no need to wait for the next poll. */
  wake(): void;
}

/** Repeats a step for as long as the process lives. What is due stands in a table, so a crash loses nothing. */
export function startWorker({ name, step, pollMs, logger }: WorkerOptions): Worker {
  let running = true;
  let awake = false;
  let interrupt: () => void = () => undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      if (awake || !running) return resolve();
      const timer = setTimeout(resolve, pollMs);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async () => {
    while (running) {
      awake = false;
      try {
        if (await step()) awake = true;
      } catch (error) {
        const level = isStoreUnavailable(error) ? 'warn' : 'error';
        if (running) logger[level]({ err: error }, `${name}: ${errorMessage(error)}`);
        // No hot loop on a lasting failure, however often it is woken.
        awake = false;
      }
      await pause();
    }
  };
  const finished = loop();

  return {
    wake() {
      awake = true;
      interrupt();
    },
    async close() {
      running = false;
      interrupt();
      await finished;
    },
  };
}
