import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Said in the error when it never came. */
  readonly what?: string;
  /** Generous: a loaded machine is slow, and a condition that holds costs no time. */
  readonly timeoutMs?: number;
}

const everyMs = 20;

/**
 * Waits until `condition` gives something truthy, and returns that. An error it throws counts as
 * "not yet", and is told when time is up.
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  options: WaitOptions = {},
): Promise<NonNullable<Exclude<Awaited<Value>, false>>> {
  const { what = 'the condition', timeoutMs = 15_000 } = options;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const value = await condition();
      if (value) return value as NonNullable<Exclude<Awaited<Value>, false>>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await sleep(everyMs);
  } while (Date.now() < deadline);
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause: lastError });
}
