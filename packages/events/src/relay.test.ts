import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { EventBus } from './bus.js';
import type { AnyEvent } from './event.js';
import type { OutboxStore } from './outbox.js';
import { startRelay } from './relay.js';
import { sessionStarted } from './testing/events.js';

/** An outbox in memory, with the same rules as the real ones. */
function memoryOutbox(events: AnyEvent[]) {
  const rows = events.map((event) => ({ event, attempts: 0, availableAt: 0, published: false }));
  const store: OutboxStore = {
    async lease(limit, leaseMs) {
      const due = rows.filter((row) => !row.published && row.availableAt <= Date.now());
      return due.slice(0, limit).map((row) => {
        row.availableAt = Date.now() + leaseMs;
        row.attempts++;
        return { event: row.event, attempts: row.attempts };
      });
    },
    async markPublished(ids) {
      for (const row of rows) if (ids.includes(row.event.eventId)) row.published = true;
    },
    async postpone(id) {
      // At once, so that the test need not wait.
      for (const row of rows) if (row.event.eventId === id) row.availableAt = 0;
    },
    republish: async () => 0,
    prune: async () => {},
  };
  return { rows, store };
}

const busOf = (publish: EventBus['publish']): EventBus => ({
  publish,
  subscribe: () => Promise.reject(new Error('not used')),
  close: async () => {},
});

describe('the relay', () => {
  it('publishes everything once, more than a batch', async () => {
    const { rows, store } = memoryOutbox(
      Array.from({ length: 25 }, (_, i) => sessionStarted(`u${i}`)),
    );
    const seen: string[] = [];
    const relay = startRelay({
      store,
      bus: busOf(async (event) => void seen.push(event.aggregateId)),
      logger: silentLogger,
      batchSize: 4,
    });
    await waitFor(() => rows.every((row) => row.published));
    await relay.close();
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });

  it('is not held up by an event that cannot be published yet', async () => {
    const { rows, store } = memoryOutbox([sessionStarted('bad'), sessionStarted('good')]);
    let refusals = 0;
    const relay = startRelay({
      store,
      bus: busOf(async (event) => {
        if (event.aggregateId === 'bad' && refusals++ < 3) throw new Error('not now');
      }),
      logger: silentLogger,
      pollMs: 5,
    });
    await waitFor(() => rows[1]?.published);
    await waitFor(() => rows[0]?.published);
    await relay.close();
    expect(rows[0]?.attempts).toBe(4);
    expect(rows[1]?.attempts).toBe(1);
  });

  it('wakes up without waiting for the poll', async () => {
    const { rows, store } = memoryOutbox([]);
    const relay = startRelay({
      store,
      bus: busOf(async () => {}),
      logger: silentLogger,
      pollMs: 3_600_000,
    });
    const row = { event: sessionStarted('late'), attempts: 0, availableAt: 0, published: false };
    rows.push(row);
    await waitFor(() => {
      relay.wake();
      return row.published;
    });
    await relay.close();
  });

  it('does not rush through a long outbox while nothing can be published', async () => {
    vi.useFakeTimers();
    const { rows, store } = memoryOutbox(
      Array.from({ length: 2_000 }, (_, i) => sessionStarted(`u${i}`)),
    );
    let isAway = true;
    const relay = startRelay({
      store: { ...store, postpone: async () => undefined },
      bus: busOf(async () => {
        if (isAway) throw new Error('the bus is away');
      }),
      logger: silentLogger,
      pollMs: 500,
      leaseMs: 10_000,
    });
    for (let second = 0; second < 5; second++) {
      relay.wake();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const tried = rows.filter(({ attempts }) => attempts > 0).length;
    expect(tried).toBeGreaterThan(0);
    expect(tried).toBeLessThanOrEqual(11 * 100);
    isAway = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(rows.every((row) => row.published)).toBe(true);
    await relay.close();
    vi.useRealTimers();
  });

  it('survives a store that is down for a while', async () => {
    const { rows, store } = memoryOutbox([sessionStarted('u')]);
    let failures = 0;
    const relay = startRelay({
      store: {
        ...store,
        lease: (limit, leaseMs) =>
          failures++ < 3
            ? Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))
            : store.lease(limit, leaseMs),
      },
      bus: busOf(async () => {}),
      logger: silentLogger,
      pollMs: 5,
    });
    await waitFor(() => rows[0]?.published);
    await relay.close();
  });

  it('finishes what is under way before it closes', async () => {
    const { rows, store } = memoryOutbox([sessionStarted('u')]);
    let finish: (() => void) | undefined;
    const relay = startRelay({
      store,
      bus: busOf(() => new Promise((resolve) => (finish = resolve))),
      logger: silentLogger,
    });
    const end = await waitFor(() => finish);
    const closed = relay.close();
    end();
    await closed;
    expect(rows[0]?.published).toBe(true);
  });
});
