import { errorMessage, isStoreUnavailable, type Logger } from '@pcc/platform';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { PubSub, PubSubMessage } from '../ports.js';
import { subscriptions } from '../subscriptions.js';
import { command } from './connection.js';

const prefix = 'topic:';
const messageSchema = z.object({ seq: z.number().optional(), payload: z.unknown() });

/**
 * @param publisher any connection
 * @param subscriber a connection of its own: one that is subscribed takes no other commands
 */
export function redisPubSub(publisher: Redis, subscriber: Redis, logger: Logger): PubSub {
  const local = subscriptions(logger);
  const interruptionListeners = new Set<() => void>();
  // One after the other: an unsubscribe must not overtake the subscribe of a newer listener.
  let changes: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(change: () => Promise<Value>): Promise<Value> => {
    const result = changes.then(change);
    changes = result.catch(() => undefined);
    return result;
  };

  subscriber.on('message', (channel: string, text: string) => {
    const message = parse(text);
    if (message) local.deliver(channel.slice(prefix.length), message);
    else logger.error({ channel }, 'a message that is none of ours');
  });
  subscriber.on('ready', () => {
    const topics = local.topics().map((topic) => prefix + topic);
    void inTurn(async () => {
      if (topics.length > 0) await subscriber.subscribe(...topics);
      for (const listener of [...interruptionListeners]) listener();
    }).catch((error: unknown) => {
      // Broken again: the next 'ready' comes here once more. Alive but refusing: start the connection anew.
      logger.warn({ reason: errorMessage(error) }, 'subscribing again failed');
      subscriber.disconnect(true);
    });
  });

  return {
    async publish(topic, message) {
      await command(() => publisher.publish(prefix + topic, JSON.stringify(message)));
    },
    subscribe: (topic, listener) =>
      inTurn(async () => {
        const own = (message: PubSubMessage) => listener(message); // one function may subscribe twice
        const isFirst = local.add(topic, own);
        try {
          if (isFirst) await command(() => subscriber.subscribe(prefix + topic));
        } catch (error) {
          local.remove(topic, own);
          throw error;
        }
        return () =>
          inTurn(async () => {
            const wasLast = local.remove(topic, own);
            if (!wasLast) return;
            try {
              await command(() => subscriber.unsubscribe(prefix + topic));
            } catch (error) {
              // Redis is away, or just going: what has no listener is not subscribed again when it is back.
              if (!isStoreUnavailable(error)) throw error;
              logger.debug({ reason: errorMessage(error) }, 'not unsubscribed');
            }
          });
      }),
    onInterruption(listener) {
      interruptionListeners.add(listener);
      return () => void interruptionListeners.delete(listener);
    },
  };
}

function parse(text: string): PubSubMessage | undefined {
  try {
    const { seq, payload } = messageSchema.parse(JSON.parse(text));
    return seq === undefined ? { payload } : { seq, payload };
  } catch {
    return undefined;
  }
}
