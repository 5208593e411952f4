import { writeSync } from 'node:fs';
import type { EventBus } from '../bus.js';
import type { OutboxStore } from '../outbox.js';

/** Where on its way an event is when its process stops dead. */
export const killPoints = [
  'emitted, not committed',
  'emitted and committed',
  'leased',
  'published, not marked',
  'marked as published',
  'received',
  'effect written, not committed',
  'effect committed, not acknowledged',
  'acknowledged',
] as const;
export type KillPoint = (typeof killPoints)[number];
/** Within one process nothing is acknowledged: the publisher marks what every group has handled. */
export const inProcessKillPoints = killPoints.slice(0, -1);

export type Reach = (point: KillPoint) => void;

/**
 * Says that `wanted` is reached for the `nth` time, and freezes the whole process there: it is as far as it
 * will ever be when SIGKILL comes.
 */
export function stopAt(wanted: KillPoint | undefined, nth: number): Reach {
  let reached = 0;
  return (point) => {
    if (point !== wanted || ++reached < nth) return;
    writeSync(1, `at ${point}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

/** An outbox that tells how far the relay is. */
export const watchedOutbox = (store: OutboxStore, reach: Reach): OutboxStore => ({
  ...store,
  async lease(limit, leaseMs) {
    const leased = await store.lease(limit, leaseMs);
    if (leased.length > 0) reach('leased');
    return leased;
  },
  async markPublished(eventIds) {
    reach('published, not marked');
    await store.markPublished(eventIds);
    reach('marked as published');
  },
});

/** A bus that tells how far its consumers are. */
export const watchedBus = (bus: EventBus, reach: Reach): EventBus => ({
  ...bus,
  subscribe: (subscription) =>
    bus.subscribe({
      ...subscription,
      async handle(event) {
        reach('received');
        await subscription.handle(event);
        reach('effect committed, not acknowledged');
      },
    }),
});
