import type { Logger } from '@pcc/platform';
import type { PubSub, PubSubMessage } from '../ports.js';
import { subscriptions } from '../subscriptions.js';

/** Delivers within this process. Messages go through JSON, so that nothing works here that Redis would break. */
export function memoryPubSub(logger: Logger): PubSub {
  const local = subscriptions(logger);
  return {
    async publish(topic, message) {
      const text = JSON.stringify(message);
      const recipients = local.listenersOf(topic);
      if (recipients.length === 0) return;
      // Later, as over a network; the queue of immediates keeps the order.
      setImmediate(() => local.deliver(topic, JSON.parse(text) as PubSubMessage, recipients));
    },
    async subscribe(topic, listener) {
      const own = (message: PubSubMessage) => listener(message); // one function may subscribe twice
      local.add(topic, own);
      return async () => void local.remove(topic, own);
    },
    onInterruption: () => () => undefined, // nothing lies between publisher and subscriber
  };
}
