import { assert, asyncProperty, constantFrom, array, record, nat } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { burialTimeoutMs, deliverer, deliveryTimeoutMs, DeliveryTimeoutError } from './delivery.js';
import { defaultReclaimAfterMs } from './redis-streams/reader.js';
import { defaultLeaseMs } from './relay.js';
import { sessionStarted } from './testing/events.js';

describe('a delivery', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const { signal } = new AbortController();
  const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  /** How it ends, and after how long. */
  const timed = async (delivery: Promise<void>) => {
    const begun = performance.now();
    let end: { outcome: 'done' | 'later'; error?: unknown; ms: number } | undefined;
    delivery.then(
      () => (end = { outcome: 'done', ms: performance.now() - begun }),
      (error: unknown) => (end = { outcome: 'later', error, ms: performance.now() - begun }),
    );
    while (end === undefined) await vi.advanceTimersToNextTimerAsync();
    return end;
  };

  it('ends before the lease or the reclaim lets others take the event over', () => {
    const longest = deliveryTimeoutMs + burialTimeoutMs;
    expect(longest).toBeLessThan(defaultLeaseMs);
    expect(defaultLeaseMs).toBeLessThan(defaultReclaimAfterMs);
  });

  it('keeps to its time, tries a bounded number of times and buries at most once, whatever a handler does', async () => {
    const behaviour = record({
      end: constantFrom('done', 'fails', 'is down', 'hangs'),
      ms: nat({ max: 30_000 }),
    });
    const property = asyncProperty(array(behaviour, { minLength: 1 }), async (behaviours) => {
      // What the run before has left behind must not move this one's clock.
      vi.clearAllTimers();
      let calls = 0;
      let burials = 0;
      const deliver = deliverer(
        {
          group: 'a',
          types: ['session.started'],
          async handle() {
            const { end, ms } = behaviours[calls++ % behaviours.length] ?? { end: 'done', ms: 0 };
            await (end === 'hangs' ? new Promise(() => undefined) : after(ms));
            if (end === 'fails') throw new Error('fails');
            if (end === 'is down') throw Object.assign(new Error(), { code: 'ECONNREFUSED' });
          },
          async bury() {
            burials++;
            await after(60_000);
          },
        },
        // Pauses are real time, which the clock here knows nothing of.
        { backoffMs: 0 },
      );
      const { ms } = await timed(deliver(sessionStarted('u'), signal));
      expect(ms).toBeLessThanOrEqual(deliveryTimeoutMs + burialTimeoutMs);
      expect(calls).toBeLessThanOrEqual(5);
      expect(burials).toBeLessThanOrEqual(1);
    });
    await assert(property);
  });

  it('is given up three times before a handler that is too slow costs its event', async () => {
    const buried: number[] = [];
    const deliver = deliverer(
      {
        group: 'a',
        types: ['session.started'],
        handle: () => after(deliveryTimeoutMs + 1),
        bury: async (_event, _error, attempts) => void buried.push(attempts),
      },
      {},
    );
    const [slow, other] = [sessionStarted('slow'), sessionStarted('other')];
    for (let time = 1; time <= 2; time++) {
      const { outcome, error } = await timed(deliver(slow, signal));
      expect(outcome).toBe('later');
      expect(error).toBeInstanceOf(DeliveryTimeoutError);
    }
    expect((await timed(deliver(other, signal))).outcome).toBe('later');
    expect(buried).toEqual([]);
    expect((await timed(deliver(slow, signal))).outcome).toBe('done');
    expect(buried).toEqual([3]);
  });
});
