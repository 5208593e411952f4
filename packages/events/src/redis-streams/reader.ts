import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { BusSubscription } from '../bus.js';
import { deliver, type RetryOptions } from '../delivery.js';
import { parseStoredEvent } from './codec.js';
import { isReply, type StreamCommands, type StreamEntry } from './stream.js';

export interface ReaderOptions extends RetryOptions {
  readonly subscription: BusSubscription;
  /** This process's name within the group. */
  readonly consumer: string;
  /** On a connection of its own: it blocks. */
  readonly blocking: StreamCommands;
  /** Ends a read that blocks. */
  readonly interrupt: () => void;
  readonly commands: StreamCommands;
  readonly logger: Logger;
  /** How many events are worked on at once. */
  readonly concurrency: number;
  /** After this long without acknowledgement an event counts as abandoned. Longer than all retries together. */
  readonly reclaimAfterMs: number;
}

const blockMs = 1_000;
const pauseWhenAwayMs = 250;

/** Reads a group's events for one member, works on a bounded number at once, and takes over from dead members. */
export function startReader(options: ReaderOptions): Closable {
  const { subscription, consumer, blocking, commands, logger } = options;
  const { group } = subscription;
  const stopped = new AbortController();
  const running = () => !stopped.signal.aborted;
  const inFlight = new Map<string, Promise<void>>();

  const work = async ({ id, json }: StreamEntry) => {
    const event = parseStoredEvent(json);
    if (event === null) {
      // Written by a newer version, or by nobody of ours: it can never be handled here.
      logger.error({ id, group }, 'event skipped: not one that this version knows');
    } else if (subscription.types.includes(event.type)) {
      await deliver(subscription, event, options, stopped.signal);
    }
    await commands.acknowledge(group, id);
  };
  const take = (entry: StreamEntry) => {
    if (inFlight.has(entry.id)) return;
    const done = work(entry)
      // Not acknowledged, so it is brought again: by the reclaim below, to this member or another.
      .catch((error: unknown) => {
        if (running()) logger.warn({ err: error, id: entry.id, group }, 'event left for later');
      })
      .finally(() => inFlight.delete(entry.id));
    inFlight.set(entry.id, done);
  };

  const read = async () => {
    const room = options.concurrency - inFlight.size;
    if (room <= 0) {
      await Promise.race(inFlight.values());
      return;
    }
    for (const entry of await blocking.read(group, consumer, room, blockMs)) take(entry);
  };
  const reclaim = async () => {
    let cursor = '0-0';
    do {
      const claimed = await commands.claim(group, consumer, options.reclaimAfterMs, cursor);
      for (const entry of claimed.entries) take(entry);
      cursor = claimed.cursor;
    } while (cursor !== '0-0' && inFlight.size < options.concurrency);
    await sleep(options.reclaimAfterMs / 2, undefined, { signal: stopped.signal });
  };
  const loop = async (step: () => Promise<void>) => {
    while (running()) {
      try {
        await step();
      } catch (error) {
        if (!running()) return;
        if (isReply(error, 'NOGROUP')) {
          // Redis lost its data: start again at whatever the outboxes publish.
          await commands.ensureGroup(group).catch(() => undefined);
        } else {
          logger.debug({ err: error, group }, `event bus: ${errorMessage(error)}`);
        }
        await sleep(pauseWhenAwayMs);
      }
    }
  };
  const loops = [loop(read), loop(reclaim)];

  return {
    async close() {
      stopped.abort(new Error('The event bus is closed.'));
      options.interrupt();
      await Promise.all([...loops, ...inFlight.values()]);
      await commands.leave(group, consumer).catch(() => undefined);
    },
  };
}
