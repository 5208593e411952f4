import { setTimeout as sleep } from 'node:timers/promises';
import { isStoreUnavailable } from '@pcc/platform';
import type { BusSubscription } from './bus.js';
import type { AnyEvent } from './event.js';

export interface RetryOptions {
  /** How often a failing handler is tried before its event is buried. */
  readonly attempts?: number;
  /** Pause after the first failure; doubles each time. */
  readonly backoffMs?: number;
}

/**
 * Brings one event to one subscription: tries again with backoff, and buries what fails every time.
 * @throws the handler's error when a store is down (no fault of the event: bring it again later), or the
 * signal's reason when the bus closes meanwhile
 */
export async function deliver(
  subscription: BusSubscription,
  event: AnyEvent,
  { attempts = 5, backoffMs = 50 }: RetryOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await subscription.handle(event);
      return;
    } catch (error) {
      if (isStoreUnavailable(error)) throw error;
      if (attempt >= attempts) {
        await subscription.bury(event, error, attempt);
        return;
      }
      await sleep(backoffMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
