import { performance } from 'node:perf_hooks';

/** One thing that is done again and again. */
export interface Operation {
  readonly name: string;
  /** How often in all; a third more comes first, to warm up. */
  readonly times: number;
  /** How many are under way at once; 1 if left out. */
  readonly concurrency?: number;
  /** How many things one run does (rows of a batch), for the rate; 1 if left out. */
  readonly size?: number;
  readonly run: (index: number) => Promise<unknown>;
}

export interface Measurement {
  readonly operation: string;
  /** Things done in a second of wall-clock time, all concurrent runs together. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Runs an operation to its end and tells how long its runs took. */
export async function measure(operation: Operation): Promise<Measurement> {
  const { name, times, concurrency = 1, size = 1, run } = operation;
  const warmUp = Math.ceil(times / 3);
  await inParallel(concurrency, warmUp, (index) => run(index));
  const durations: number[] = [];
  const begun = performance.now();
  await inParallel(concurrency, times, async (index) => {
    const start = performance.now();
    await run(warmUp + index);
    durations.push(performance.now() - start);
  });
  const seconds = (performance.now() - begun) / 1000;
  durations.sort((left, right) => left - right);
  return {
    operation: name,
    perSecond: (times * size) / seconds,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
  };
}

/** @param sorted ascending, not empty */
export const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

/** Calls `run` with 0 … times - 1, so many at once. */
export async function inParallel(
  concurrency: number,
  times: number,
  run: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < times) await run(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, times) }, worker));
}
