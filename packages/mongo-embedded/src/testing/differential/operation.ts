import type { Collection } from 'mongodb';
import { MongoServerError } from 'mongodb';
import type { Random } from '../random.js';
import type { Oracle } from './oracle/collection.js';
import { Refusal } from './oracle/refusal.js';
import type { Document } from './oracle/values.js';
import { bytesOf, identical, show } from './oracle/values.js';

/** One operation, chosen already, to be made on the server and on the oracle. */
export interface Operation {
  /** For whoever has to look into a difference. */
  readonly description: string;
  readonly writes: boolean;
  /** @throws Difference */
  run(collection: Collection<Document>, oracle: Oracle): Promise<void>;
}

/** Chooses an operation that makes sense now. */
export type Chooser = (random: Random, oracle: Oracle) => Operation;

export class Difference extends Error {
  constructor(what: string, expected: unknown, actual: unknown) {
    super(`${what}: expected ${show(expected)}\n     but the server says ${show(actual)}`);
    this.name = 'Difference';
  }
}

export function expectSame(what: string, expected: unknown, actual: unknown): void {
  if (!identical(expected, actual)) throw new Difference(what, expected, actual);
}

/** Whatever the order. */
export function expectSameSet(
  what: string,
  expected: readonly unknown[],
  actual: readonly unknown[],
): void {
  const [wanted, found] = [new Set(expected.map(bytesOf)), new Set(actual.map(bytesOf))];
  const missing = expected.filter((one) => !found.has(bytesOf(one)));
  const unexpected = actual.filter((one) => !wanted.has(bytesOf(one)));
  if (missing.length > 0 || unexpected.length > 0 || expected.length !== actual.length)
    throw new Difference(`${what}, where they differ`, missing, unexpected);
}

export const operation = (
  name: string,
  parameters: readonly unknown[],
  run: Operation['run'],
  writes = true,
): Operation => ({ description: `${name}(${parameters.map(show).join(', ')})`, writes, run });

/** What the server answers: a value, or the code of its refusal. */
export async function answerOf<T>(call: Promise<T>): Promise<{ value: T } | { code: unknown }> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof MongoServerError) return { code: error.code };
    throw error;
  }
}

/**
 * Makes one write on both sides; either both refuse, for the same reason, or `compare` looks at the answers.
 * The oracle goes first, so a refusal must leave it unchanged.
 */
export async function onBoth<Told, Answered>(
  tell: () => Told,
  ask: () => Promise<Answered>,
  compare: (told: Told, answered: Answered) => void,
): Promise<void> {
  let told: Told;
  try {
    told = tell();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const answer = await answerOf(ask());
    if (!('code' in answer) || !error.codes.includes(Number(answer.code)))
      throw new Difference(`refusal (${error.message})`, error.codes, answer);
    return;
  }
  const answer = await answerOf(ask());
  if ('code' in answer) throw new Difference('an answer', told, answer);
  compare(told, answer.value);
}
