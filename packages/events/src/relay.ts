import { errorMessage, isStoreUnavailable, type Closable, type Logger } from '@pcc/platform';
import type { EventBus } from './bus.js';
import type { LeasedEvent, OutboxStore } from './outbox.js';

export interface RelayOptions {
  readonly store: OutboxStore;
  readonly bus: EventBus;
  readonly logger: Logger;
  /** How long to wait when there is nothing to do and nobody wakes the relay. */
  readonly pollMs?: number;
  /** Must be longer than all retries of a consumer together. */
  readonly leaseMs?: number;
  readonly batchSize?: number;
}

export interface Relay extends Closable {
  /** Says that a transaction with events has committed: no need to wait for the next poll. */
  wake(): void;
}

const retentionMs = 7 * 24 * 60 * 60 * 1000;
const pruneEveryMs = 60 * 60 * 1000;
const longestPauseMs = 60_000;

/**
 * Moves events from an outbox to the bus: lease, publish, mark. A crash between any two of these only
 * means that the event is published again. Events of one batch are independent: one that cannot be
 * published does not hold up the others.
 */
export function startRelay(options: RelayOptions): Relay {
  const { store, bus, logger, pollMs = 500, leaseMs = 30_000, batchSize = 100 } = options;
  const inFlight = new Set<Promise<void>>();
  let running = true;
  let awake = false;
  let interrupt: () => void = () => undefined;
  let prunedAt = 0;

  const wake = () => {
    awake = true;
    interrupt();
  };
  const pause = async (ms: number) => {
    if (awake || !running) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const publish = async ({ event, attempts }: LeasedEvent) => {
    try {
      await bus.publish(event);
    } catch (error) {
      if (!running) return;
      const delayMs = Math.min(longestPauseMs, 250 * 2 ** Math.min(attempts, 10));
      logger.warn(
        { eventId: event.eventId, type: event.type, attempts, delayMs },
        `event not published: ${errorMessage(error)}`,
      );
      await store.postpone(event.eventId, delayMs);
      return;
    }
    await store.markPublished([event.eventId]);
  };
  const track = (work: Promise<void>) => {
    const tracked: Promise<void> = work
      // The lease runs out by itself, so a failure to mark or postpone costs only a repetition.
      .catch((error: unknown) => logger.warn({ err: error }, 'outbox not updated'))
      .finally(() => inFlight.delete(tracked));
    inFlight.add(tracked);
  };

  const step = async () => {
    awake = false;
    const room = batchSize - inFlight.size;
    if (room <= 0) {
      // Full of slow events; whichever ends first makes room.
      await Promise.race(inFlight);
      awake = true;
      return;
    }
    const leased = await store.lease(room, leaseMs);
    for (const entry of leased) track(publish(entry));
    if (leased.length === room) awake = true;
    if (Date.now() - prunedAt > pruneEveryMs) {
      prunedAt = Date.now();
      await store.prune(new Date(Date.now() - retentionMs));
    }
  };
  const loop = async () => {
    while (running) {
      try {
        await step();
      } catch (error) {
        const level = isStoreUnavailable(error) ? 'warn' : 'error';
        if (running) logger[level]({ err: error }, `outbox relay: ${errorMessage(error)}`);
        awake = false;
      }
      await pause(pollMs);
    }
  };
  const finished = loop();

  return {
    wake,
    async close() {
      running = false;
      interrupt();
      await finished;
      await Promise.all(inFlight);
    },
  };
}
