import { setTimeout as sleep } from 'node:timers/promises';
import { isStoreUnavailable } from '@pcc/platform';
import type { BusSubscription } from './bus.js';
import { isKnownType, parseEvent, type AnyEvent, type StoredEvent } from './event.js';

export interface RetryOptions {
  /** How often a failing handler is tried before its event is buried. */
  readonly attempts?: number;
  /** Pause after the first failure; doubles each time. */
  readonly backoffMs?: number;
  /** How long one delivery may take, all its attempts together. */
  readonly timeoutMs?: number;
}

/**
 * The longest a delivery takes: its attempts, then its burial. It must stay below the relay's lease and the
 * stream's reclaim time, or others take the event over while it is still worked on here.
 */
export const deliveryTimeoutMs = 20_000;
export const burialTimeoutMs = 5_000;

/** A handler did not settle in time. It may be at fault or its store slow, so this alone buries only at last. */
export class DeliveryTimeoutError extends Error {
  override readonly name = 'DeliveryTimeoutError';
}

/** After this many deliveries that ran out of time an event is buried. */
const timeoutsToBury = 3;
const maximumRemembered = 10_000;

export type Deliver = (event: StoredEvent, signal: AbortSignal) => Promise<void>;

/**
 * Brings events to one subscription: tries again with backoff, and buries what fails every time or cannot
 * be read by this version.
 *
 * The returned function throws what means "bring it again later": the error of a store that is down, a
 * `DeliveryTimeoutError`, or the signal's reason when the bus closes meanwhile.
 */
export function deliverer(subscription: BusSubscription, options: RetryOptions): Deliver {
  const { attempts = 5, backoffMs = 50, timeoutMs = deliveryTimeoutMs } = options;
  /** How often each unfinished event has run out of time. */
  const timeouts = new Map<string, number>();

  const bury = (event: StoredEvent, error: unknown, attempt: number) =>
    within(burialTimeoutMs, () => subscription.bury(event, error, attempt));

  const remember = (eventId: string, count: number) => {
    const [oldest] = timeouts.keys();
    // Of those that somebody else has finished nobody tells us.
    if (timeouts.size >= maximumRemembered && oldest !== undefined) timeouts.delete(oldest);
    timeouts.set(eventId, count);
  };

  const attemptAll = async (event: AnyEvent, signal: AbortSignal) => {
    const deadline = performance.now() + timeoutMs;
    for (let attempt = 1; ; attempt++) {
      try {
        await within(deadline - performance.now(), () => subscription.handle(event));
        return;
      } catch (error) {
        if (isStoreUnavailable(error) || error instanceof DeliveryTimeoutError) throw error;
        if (attempt >= attempts) {
          await bury(event, error, attempt);
          return;
        }
      }
      await sleep(backoffMs * 2 ** (attempt - 1), undefined, { signal });
    }
  };

  return async (stored, signal) => {
    if (isKnownType(stored.type) && !subscription.types.includes(stored.type)) return;
    const event = readable(stored);
    if (event instanceof Error) {
      // Perhaps for us, said a newer version: kept for a replay after the upgrade.
      await bury(stored, event, 0);
      return;
    }
    try {
      await attemptAll(event, signal);
    } catch (error) {
      if (!(error instanceof DeliveryTimeoutError)) throw error;
      const count = (timeouts.get(event.eventId) ?? 0) + 1;
      remember(event.eventId, count);
      if (count < timeoutsToBury) throw error;
      await bury(event, error, count);
    }
    timeouts.delete(event.eventId);
  };
}

function readable(stored: StoredEvent): AnyEvent | Error {
  try {
    return parseEvent(stored);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Rejects when `work` takes over `ms`; the work itself goes on, and its late outcome is dropped. */
export async function within(ms: number, work: () => Promise<void>): Promise<void> {
  const late = () => new DeliveryTimeoutError('the event was not handled in time');
  if (ms <= 0) throw late();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
