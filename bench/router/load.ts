import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { inParallel, percentile } from '../lib/measure.js';
import type { BenchmarkOperation } from './operations.js';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Whether every answer was the expected one. */
  readonly equal: boolean;
}

/** Knows the right answer of an operation for each of its variables, as texts that were found equal to it. */
export class ExpectedAnswers {
  readonly #expected = new Map<string, unknown>();
  readonly #known = new Map<string, Set<string>>();

  /** The first answer for a key is the one that all others are compared with. */
  isRight(key: string, text: string): boolean {
    const known = this.#known.get(key) ?? new Set();
    this.#known.set(key, known);
    if (known.has(text)) return true;
    const answer: unknown = JSON.parse(text);
    if (!this.#expected.has(key)) this.#expected.set(key, answer);
    if (!isDeepStrictEqual(answer, this.#expected.get(key))) return false;
    known.add(text);
    return true;
  }
}

/** Sends an operation so many times, over so many connections, and checks each answer. */
export async function load(
  url: string,
  operation: BenchmarkOperation,
  options: { readonly times: number; readonly connections: number },
  answers: ExpectedAnswers,
): Promise<Load> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: options.connections });
  const bodies = operation.variables.map((variables) =>
    JSON.stringify({ query: operation.query, variables }),
  );
  const durations: number[] = [];
  let equal = true;
  const begun = performance.now();
  await inParallel(options.connections, options.times, async (index) => {
    const which = index % bodies.length;
    const started = performance.now();
    const response = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: bodies[which] ?? '',
    });
    const text = await response.body.text();
    durations.push(performance.now() - started);
    if (!answers.isRight(`${operation.name} ${which % (operation.answers ?? bodies.length)}`, text))
      equal = false;
  });
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  durations.sort((left, right) => left - right);
  return {
    requestsPerSecond: options.times / seconds,
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    equal,
  };
}
