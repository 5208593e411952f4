import {
  errorMessage,
  isStoreUnavailable,
  Counter,
  type Closable,
  type Logger,
  type Metrics,
} from '@pcc/platform';
import type { Lock } from '@pcc/stores';

/** Work that is due again and again, whoever asks. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Does one bounded piece. @returns whether there may be more to do at once */
  readonly runNext: () => Promise<boolean>;
}

export interface SchedulerOptions {
  readonly jobs: readonly Job[];
  /** Whether jobs run at their intervals, and not only when they are told to. */
  readonly runsAlone: boolean;
  /** Keeps other processes from the job that runs. What they would break it must not rely on: a lock may be lost. */
  readonly lock: Lock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Scheduler extends Closable {
  /** Runs a job now, and waits for it. @throws what the job throws */
  run(name: string): Promise<void>;
}

/** How soon another process may go on with the job of one that died. */
const lockMs = 30_000;

/** Runs each job at its interval, more or less: processes that start together must not run together. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { jobs, lock, logger, metrics } = options;
  const runs = new Counter({
    name: 'learning_job_runs_total',
    help: 'Runs of periodical jobs, by what came of them',
    labelNames: ['job', 'outcome'] as const,
    registers: [metrics.registry],
  });
  const timers = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let open = true;

  const runWhole = async (job: Job): Promise<boolean> => {
    const done = await lock.withLock(
      `learning:job:${job.name}`,
      { ttlMs: lockMs },
      async (signal) => {
        while (open && !signal.aborted && (await job.runNext()));
        return true;
      },
    );
    return done === true;
  };
  const runQuietly = async (job: Job): Promise<void> => {
    try {
      const outcome = (await runWhole(job)) ? 'done' : 'elsewhere';
      runs.inc({ job: job.name, outcome });
    } catch (error) {
      runs.inc({ job: job.name, outcome: 'failed' });
      const level = isStoreUnavailable(error) ? 'warn' : 'error';
      logger[level]({ err: error, job: job.name }, `job ${job.name}: ${errorMessage(error)}`);
    }
  };
  const schedule = (job: Job): void => {
    if (!open) return;
    const delay = job.everyMs * (0.75 + Math.random() / 2);
    const timer = setTimeout(() => {
      const running = runQuietly(job).finally(() => {
        underWay.delete(running);
        schedule(job);
      });
      underWay.add(running);
    }, delay);
    timers.set(job.name, timer);
  };
  if (options.runsAlone) jobs.forEach(schedule);

  return {
    async run(name) {
      const job = jobs.find((one) => one.name === name);
      if (job === undefined) throw new Error(`There is no job ${name}.`);
      await runWhole(job);
    },
    async close() {
      open = false;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}
