import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeStack, errorMessage, type Logger } from '@pcc/platform';
import { openRedis } from '@pcc/stores/redis-connection';
import type { EventBus } from '../bus.js';
import type { RetryOptions } from '../delivery.js';
import { blockMs, defaultReclaimAfterMs, startReader } from './reader.js';
import { streamCommands } from './stream.js';

export interface RedisEventBusOptions extends RetryOptions {
  readonly url: string;
  /**
   * Every group that consumes. Each is made at the start, in any process: an event that is published
   * before a subgraph first ran waits for it, and nothing is trimmed that one of them has not acknowledged.
   */
  readonly groups: readonly string[];
  readonly logger: Logger;
  readonly stream?: string;
  readonly reclaimAfterMs?: number;
  readonly trimEveryMs?: number;
}

/** A publisher waits this long for Redis; the outbox keeps the event for later. */
const commandTimeoutMs = 2_000;

/** The bus between processes: one Redis stream, a consumer group per subgraph. */
export async function redisEventBus(options: RedisEventBusOptions): Promise<EventBus> {
  const { url, groups, logger, stream = 'pcc:events', trimEveryMs = 30_000 } = options;
  const stack = closeStack(logger);
  const open = async (name: string, timeoutMs: number) => {
    const redis = await openRedis(url, `events-${name}`, logger, timeoutMs);
    stack.defer(name, () => redis.disconnect());
    return redis;
  };
  const commands = streamCommands(await open('main', commandTimeoutMs), stream);
  for (const group of groups) await commands.ensureGroup(group);

  const stopped = new AbortController();
  const trimming = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(trimEveryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await commands.trim(groups).catch((error: unknown) => {
        logger.debug(`events not trimmed: ${errorMessage(error)}`);
      });
    }
  })();
  stack.defer('trimming', () => {
    stopped.abort();
    return trimming;
  });

  return {
    publish: (event) => commands.append(JSON.stringify(event)),
    async subscribe(subscription) {
      const { group } = subscription;
      await commands.ensureGroup(group);
      const blocking = await open(group, blockMs + commandTimeoutMs);
      const reader = startReader({
        ...options,
        subscription,
        commands,
        blocking: streamCommands(blocking, stream),
        interrupt: () => blocking.disconnect(),
        consumer: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
        concurrency: subscription.concurrency ?? 64,
        reclaimAfterMs: options.reclaimAfterMs ?? defaultReclaimAfterMs,
      });
      return stack.use(
        `${group} reader`,
        onceClosable(() => reader.close()),
      );
    },
    close: () => stack.close(),
  };
}

/** Its owner may close a subscription before the bus does. */
function onceClosable(close: () => Promise<void>) {
  let closed: Promise<void> | undefined;
  return { close: () => (closed ??= close()) };
}
