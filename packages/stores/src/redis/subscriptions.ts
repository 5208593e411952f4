import type { Logger } from '@pcc/platform';
import type { PubSubMessage } from './ports.js';

type Listener = (message: PubSubMessage) => void;

/** Who listens to what in this process; both PubSub adapters deliver through it. */
export interface Subscriptions {
  /** @returns whether it is the topic's first listener */
  add(topic: string, listener: Listener): boolean;
  /** @returns whether it was the topic's last listener */
  remove(topic: string, listener: Listener): boolean;
  topics(): string[];
  listenersOf(topic: string): Listener[];
  /** @param among only these, as far as they still listen; all of the topic's when left out */
  deliver(topic: string, message: PubSubMessage, among?: readonly Listener[]): void;
}

export function subscriptions(logger: Logger): Subscriptions {
  const byTopic = new Map<string, Set<Listener>>();
  const listenersOf = (topic: string) => [...(byTopic.get(topic) ?? [])];
  return {
    add(topic, listener) {
      const listeners = byTopic.get(topic);
      if (listeners) listeners.add(listener);
      else byTopic.set(topic, new Set([listener]));
      return listeners === undefined;
    },
    remove(topic, listener) {
      const listeners = byTopic.get(topic);
      if (!listeners?.delete(listener) || listeners.size > 0) return false;
      byTopic.delete(topic);
      return true;
    },
    topics: () => [...byTopic.keys()],
    listenersOf,
    deliver(topic, message, among = listenersOf(topic)) {
      for (const listener of among) {
        if (byTopic.get(topic)?.has(listener) !== true) continue;
        try {
          listener(message);
        } catch (error) {
          logger.error({ err: error, topic }, 'a subscriber failed');
        }
      }
    },
  };
}
