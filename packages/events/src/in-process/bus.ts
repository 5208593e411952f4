import type { Closable } from '@pcc/platform';
import type { BusSubscription, EventBus } from '../bus.js';
import { deliver, type RetryOptions } from '../delivery.js';

export interface InProcessBusOptions extends RetryOptions {
  /**
   * Every group that will subscribe. Publishing waits for all of them: an event that came before a
   * subgraph was up would otherwise be lost to it.
   */
  readonly groups: readonly string[];
}

/**
 * The bus of the one-process platform. It stores nothing: the outbox is the durable part, and its row
 * counts as published only when every group has acknowledged.
 */
export function inProcessEventBus(options: InProcessBusOptions): EventBus {
  const subscriptions = new Set<BusSubscription>();
  const missing = new Set(options.groups);
  const stopped = new AbortController();
  let allSubscribed: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    allSubscribed = resolve;
  });
  if (missing.size === 0) allSubscribed();

  return {
    async publish(event) {
      stopped.signal.throwIfAborted();
      // Only while somebody is missing: each race leaves a listener on the signal.
      if (missing.size > 0) await Promise.race([ready, untilAborted(stopped.signal)]);
      const interested = [...subscriptions].filter(({ types }) => types.includes(event.type));
      await Promise.all(
        interested.map((subscription) => deliver(subscription, event, options, stopped.signal)),
      );
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
