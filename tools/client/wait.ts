import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from './errors.js';

const firstPauseMs = 20;
const longestPauseMs = 250;

/**
 * Asks again, ever less often, until `read` gives something other than `undefined`. What one part of the platform
 * does reaches the others by events, a moment later; a client that needs it asks again.
 * @throws ClientError when it did not come in time, and whatever `read` throws at once
 */
export async function eventually<Value>(
  what: string,
  timeoutMs: number,
  read: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() + pauseMs > deadline) {
      throw new ClientError(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    }
    await sleep(pauseMs);
  }
}
