import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { BusSubscription } from '../bus.js';
import { deliverer, type RetryOptions } from '../delivery.js';
import { inFlight } from '../in-flight.js';
import { decodeEvent } from '../stored-event.js';
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

/** Longer than a delivery and its burial: before that nobody may take the event over. */
export const defaultReclaimAfterMs = 60_000;
/** How long a read waits for something new. */
export const blockMs = 1_000;
const pauseWhenAwayMs = 250;
const longestPauseMs = 5_000;
const claimAtOnce = 100;
const forgetAfterMs = 60 * 60 * 1000;

/**
 * Reads a group's events for one member, works on a bounded number at once, and takes over from dead members.
 * What cannot be done now, because a store or Redis is away, keeps its place among those: the member reads
 * no further until it is done, and the rest waits in the stream.
 */
export function startReader(options: ReaderOptions): Closable {
  const { subscription, consumer, blocking, commands, logger, concurrency } = options;
  const { group } = subscription;
  const deliver = deliverer(subscription, options);
  const stopped = new AbortController();
  setMaxListeners(0, stopped.signal); // every event under way may wait
  const running = () => !stopped.signal.aborted;
  const events = inFlight(concurrency);
  /** Set when an answer may be lost that brought events: Redis counts them as delivered. */
  let lost = false;

  const untilDone = (id: string, action: () => Promise<void>) =>
    insist(action, stopped.signal, (error, failures) => {
      const level = failures === 1 ? 'warn' : 'debug';
      logger[level]({ id, group, failures }, `event waits: ${errorMessage(error)}`);
    });
  const work = async ({ id, json }: StreamEntry) => {
    const event = decodeEvent(json);
    // Not acknowledged, it is brought again: to this member or another.
    if (await untilDone(id, () => deliver(event, stopped.signal)))
      await untilDone(id, () => commands.acknowledge(group, id));
  };
  const take = (entries: readonly StreamEntry[]) => {
    if (!running()) return;
    for (const entry of entries)
      if (!events.has(entry.id)) events.start(entry.id, () => work(entry));
  };

  const read = async () => {
    const count = await events.room();
    if (!running()) return;
    if (lost) take(await blocking.readAgain(group, consumer, 2 * concurrency + claimAtOnce));
    lost = false;
    take(await blocking.read(group, consumer, count, blockMs));
  };
  const reclaim = async () => {
    let cursor = '0-0';
    do {
      const count = Math.min(claimAtOnce, await events.room());
      if (!running()) return;
      const claimed = await commands.claim(group, consumer, options.reclaimAfterMs, cursor, count);
      take(claimed.entries);
      cursor = claimed.cursor;
    } while (cursor !== '0-0');
    await commands.forgetDead(group, forgetAfterMs);
    await sleep(options.reclaimAfterMs / 2, undefined, { signal: stopped.signal });
  };
  const loop = async (step: () => Promise<void>) => {
    while (running()) {
      try {
        await step();
      } catch (error) {
        if (!running()) return;
        lost = true;
        if (isReply(error, 'NOGROUP')) {
          // Redis lost its data: start again at whatever the outboxes publish.
          await commands.ensureGroup(group).catch(() => undefined);
        } else {
          logger.debug({ group }, `event bus: ${errorMessage(error)}`);
        }
        await sleep(pauseWhenAwayMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  };
  const loops = [loop(read), loop(reclaim)];

  return {
    async close() {
      stopped.abort(new Error('The event bus is closed.'));
      options.interrupt();
      await Promise.all([...loops, events.finished()]);
      await commands.leave(group, consumer).catch(() => undefined);
    },
  };
}

/** Repeats with growing pauses until it is done; `false` when the signal comes before. */
async function insist(
  action: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown, failures: number) => void,
): Promise<boolean> {
  for (let failures = 1; ; failures++) {
    try {
      await action();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      onFailure(error, failures);
    }
    const pauseMs = Math.min(longestPauseMs, pauseWhenAwayMs * 2 ** Math.min(failures - 1, 10));
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
  }
}
