import { errorMessage, isStoreUnavailable, type Closable, type Logger } from '@pcc/platform';
import type { EventBus } from './bus.js';
import { inFlight } from './in-flight.js';
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

/** Longer than a delivery and its burial, which in one process are part of publishing. */
export const defaultLeaseMs = 30_000;
const retentionMs = 7 * 24 * 60 * 60 * 1000;
const pruneEveryMs = 60 * 60 * 1000;
const longestPauseMs = 60_000;

/**
 * Moves events from an outbox to the bus: lease, publish, mark. A crash between any two of these only
 * means that the event is published again. Events of one batch are independent: one that cannot be
 * published does not hold up the others.
 */
export function startRelay(options: RelayOptions): Relay {
  const { store, bus, logger, pollMs = 500, leaseMs = defaultLeaseMs, batchSize = 100 } = options;
  const events = inFlight(batchSize);
  let running = true;
  let awake = false;
  let interrupt: () => void = () => undefined;
  let prunedAt = 0;
  /** Set by a failure: while the bus or a consumer's store is away, a long outbox is not gone through at full speed. */
  let calmUntil = 0;

  const wake = () => {
    awake = true;
    if (Date.now() >= calmUntil) interrupt();
  };
  const pause = async () => {
    const calmMs = calmUntil - Date.now();
    if (!running || (awake && calmMs <= 0)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, awake ? calmMs : pollMs);
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
      // One line tells enough while they all fail.
      const level = Date.now() < calmUntil ? 'debug' : 'warn';
      calmUntil = Date.now() + pollMs;
      const delayMs = Math.min(longestPauseMs, 250 * 2 ** Math.min(attempts, 10));
      logger[level](
        { eventId: event.eventId, type: event.type, attempts, delayMs },
        `event not published: ${errorMessage(error)}`,
      );
      await store.postpone(event.eventId, delayMs);
      return;
    }
    await store.markPublished([event.eventId]);
  };
  const start = (entry: LeasedEvent) => {
    const { eventId } = entry.event;
    // Its lease has run out while it is still worked on here.
    if (events.has(eventId)) return;
    events.start(eventId, () =>
      publish(entry).catch((error: unknown) => {
        // The lease runs out by itself, so a failure to mark or postpone costs only a repetition.
        logger.warn({ err: error }, 'outbox not updated');
      }),
    );
  };

  const step = async () => {
    awake = false;
    // When full of slow events, whichever ends first makes room.
    const room = await events.room();
    if (!running) return;
    const leased = await store.lease(room, leaseMs);
    for (const entry of leased) start(entry);
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
      await pause();
    }
  };
  const finished = loop();

  return {
    wake,
    async close() {
      running = false;
      interrupt();
      await finished;
      await events.finished();
    },
  };
}
