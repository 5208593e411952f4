import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { inParallel, percentile } from '../lib/measure.js';
import { sum } from '../lib/turns.js';
import type { BenchmarkOperation } from './operations.js';

/** What a slice of load took. */
export interface Load {
  /** Of each request, in milliseconds. */
  readonly durations: readonly number[];
  /** All of them together, many at a time. */
  readonly seconds: number;
  /** Whether every answer was the expected one. */
  readonly equal: boolean;
}

/** Several slices as one. */
export interface LoadSummary {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly equal: boolean;
}

export function summarise(loads: readonly Load[]): LoadSummary {
  const durations = loads.flatMap((one) => one.durations).sort((left, right) => left - right);
  return {
    rps: durations.length / sum(loads.map(({ seconds }) => seconds)),
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    equal: loads.every(({ equal }) => equal),
  };
}

export interface LoadOptions {
  /** How many requests. */
  readonly times: number;
  readonly connections: number;
  /** With which of the operation's variables to begin; default the first. */
  readonly from?: number;
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
  { times, connections, from = 0 }: LoadOptions,
  answers: ExpectedAnswers,
): Promise<Load> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const bodies = operation.variables.map((variables) =>
    JSON.stringify({ query: operation.query, variables }),
  );
  const durations: number[] = [];
  let equal = true;
  const begun = performance.now();
  await inParallel(connections, times, async (index) => {
    const which = (from + index) % bodies.length;
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
  return { durations, seconds, equal };
}
