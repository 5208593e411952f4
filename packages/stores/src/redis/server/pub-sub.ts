import { errorMessage, isStoreUnavailable, type Logger } from '@pcc/platform';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { PubSub, PubSubMessage } from '../ports.js';
import { subscriptions } from '../subscriptions.js';
import { command } from './connection.js';

const prefix = 'topic:';
export const channelOf = (topic: string): string => prefix + topic;

const messageSchema = z.object({ seq: z.number().optional(), payload: z.unknown() });
/** So many at once are confirmed well within a command's time. */
const topicsPerCommand = 500;

/**
 * @param publisher any connection
 * @param subscriber a connection of its own: one that is subscribed takes no other commands
 */
export function redisPubSub(publisher: Redis, subscriber: Redis, logger: Logger): PubSub {
  const local = subscriptions(logger);
  const interruptionListeners = new Set<() => void>();
  /** Topics of this connection, each until its subscription is confirmed. Redis keeps the order of what is sent. */
  const standing = new Map<string, Promise<unknown>>();
  let connections = 0;

  const stand = (topics: readonly string[]): Promise<unknown> => {
    const confirmed = command(() => subscriber.subscribe(...topics.map(channelOf)));
    for (const topic of topics) standing.set(topic, confirmed);
    confirmed.catch(() => {
      for (const topic of topics) if (standing.get(topic) === confirmed) standing.delete(topic);
    });
    return confirmed;
  };
  /** @param own not heard any more from this moment on */
  const leave = async (topic: string, own: (message: PubSubMessage) => void): Promise<void> => {
    if (!local.remove(topic, own)) return;
    standing.delete(topic);
    try {
      await command(() => subscriber.unsubscribe(channelOf(topic)));
    } catch (error) {
      // Redis is away, or just going: what has no listener is not subscribed again when it is back.
      if (!isStoreUnavailable(error)) throw error;
      logger.debug({ reason: errorMessage(error) }, 'not unsubscribed');
    }
  };
  const standAgain = async (): Promise<void> => {
    const connection = ++connections;
    const left = local.topics();
    while (left.length > 0) {
      const batch = left.splice(0, topicsPerCommand);
      // Some may have lost their last listener meanwhile.
      const wanted = batch.filter((topic) => local.listenersOf(topic).length > 0);
      if (wanted.length > 0) await stand(wanted);
    }
    if (connection !== connections) return; // broken again: the next one tells
    for (const listener of [...interruptionListeners]) listener();
  };

  subscriber.on('message', (channel: string, text: string) => {
    const message = parse(text);
    if (message) local.deliver(channel.slice(prefix.length), message);
    else logger.error({ channel }, 'a message that is none of ours');
  });
  subscriber.on('close', () => standing.clear());
  subscriber.on('ready', () => {
    standAgain().catch((error: unknown) => {
      // Broken again: the next 'ready' comes here once more. Alive but refusing: start the connection anew.
      logger.warn({ reason: errorMessage(error) }, 'subscribing again failed');
      if (subscriber.status === 'ready') subscriber.disconnect(true);
    });
  });

  return {
    async publish(topic, message) {
      await command(() => publisher.publish(channelOf(topic), JSON.stringify(message)));
    },
    async subscribe(topic, listener) {
      const own = (message: PubSubMessage) => listener(message); // one function may subscribe twice
      local.add(topic, own);
      try {
        await (standing.get(topic) ?? stand([topic]));
      } catch (error) {
        leave(topic, own).catch(() => undefined); // not waited for: it may take as long again
        throw error;
      }
      return () => leave(topic, own);
    },
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
