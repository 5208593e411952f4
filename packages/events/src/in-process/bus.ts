import { EventEmitter, once, setMaxListeners } from 'node:events';
import type { Closable } from '@pcc/platform';
import type { EventBus } from '../bus.js';
import { deliverer, type Deliver, type RetryOptions } from '../delivery.js';

export interface InProcessBusOptions extends RetryOptions {
  /**
   * Every group that will subscribe. Publishing waits a while for all of them: an event that came before a
   * subgraph was up would otherwise be lost to it.
   */
  readonly groups: readonly string[];
  readonly patienceMs?: number;
}

/**
 * The bus of the one-process platform. It stores nothing: the outbox is the durable part, and its row
 * counts as published only when every group has acknowledged.
 */
export function inProcessEventBus(options: InProcessBusOptions): EventBus {
  const { groups, patienceMs = 5_000 } = options;
  /** By group: each event goes to one member of every group. A group that has left has none. */
  const members = new Map<string, Deliver[]>();
  const stopped = new AbortController();
  const arrivals = new EventEmitter().setMaxListeners(0); // every publisher under way may wait
  setMaxListeners(0, stopped.signal);

  const isMissing = (group: string) => members.get(group)?.[0] === undefined;
  const everyGroup = async () => {
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(patienceMs)]);
    // One that has left is closing, and so is probably everything: it is not waited for.
    while (groups.some((group) => !members.has(group)) && !signal.aborted) {
      await once(arrivals, 'subscribed', { signal }).catch(() => undefined);
    }
    stopped.signal.throwIfAborted();
    const missing = groups.filter(isMissing);
    if (missing.length > 0) throw new Error(`not there to take events: ${missing.join(', ')}`);
  };

  return {
    async publish(event) {
      stopped.signal.throwIfAborted();
      if (groups.some(isMissing)) await everyGroup();
      const outcomes = await Promise.allSettled(
        [...members.values()].map(async ([deliver]) => deliver?.(event, stopped.signal)),
      );
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    async subscribe(subscription): Promise<Closable> {
      const { group } = subscription;
      const deliver = deliverer(subscription, options);
      members.set(group, [...(members.get(group) ?? []), deliver]);
      arrivals.emit('subscribed');
      return {
        close: async () => {
          const others = members.get(group)?.filter((member) => member !== deliver);
          members.set(group, others ?? []);
        },
      };
    },
    async close() {
      stopped.abort(new Error('The event bus is closed.'));
    },
  };
}
