import { setTimeout as sleep } from 'node:timers/promises';
import { isStoreUnavailable, type Closable } from '@pcc/platform';
import type { BusSubscription, EventBus } from '../bus.js';
import type { AnyEvent } from '../event.js';

export interface InProcessBusOptions {
  /**
   * Every group that will subscribe. Publishing waits for all of them: an event that came before a
   * subgraph was up would otherwise be lost to it.
   */
  readonly groups: readonly string[];
  /** How often a failing handler is tried before its event is buried. */
  readonly attempts?: number;
  /** Pause after the first failure; doubles each time. */
  readonly backoffMs?: number;
}

/**
 * The bus of the one-process platform. It stores nothing: the outbox is the durable part, and its row
 * counts as published only when every group has acknowledged.
 */
export function inProcessEventBus(options: InProcessBusOptions): EventBus {
  const { attempts = 5, backoffMs = 50 } = options;
  const subscriptions = new Set<BusSubscription>();
  const missing = new Set(options.groups);
  const stopped = new AbortController();
  let allSubscribed: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    allSubscribed = resolve;
  });
  if (missing.size === 0) allSubscribed();

  const deliver = async (subscription: BusSubscription, event: AnyEvent): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await subscription.handle(event);
        return;
      } catch (error) {
        // A store that is down is no fault of the event: the relay brings it again later.
        if (isStoreUnavailable(error)) throw error;
        if (attempt >= attempts) {
          await subscription.bury(event, error, attempt);
          return;
        }
        await sleep(backoffMs * 2 ** (attempt - 1), undefined, { signal: stopped.signal });
      }
    }
  };

  return {
    async publish(event) {
      await Promise.race([ready, untilAborted(stopped.signal)]);
      const interested = [...subscriptions].filter(({ types }) => types.includes(event.type));
      await Promise.all(interested.map((subscription) => deliver(subscription, event)));
    },
    async subscribe(subscription): Promise<Closable> {
      subscriptions.add(subscription);
      missing.delete(subscription.group);
      if (missing.size === 0) allSubscribed();
      return {
        close: async () => {
          subscriptions.delete(subscription);
        },
      };
    },
    async close() {
      stopped.abort(new Error('The event bus is closed.'));
    },
  };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
