import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from './logger.js';
import { startWorker, type Worker } from './worker.js';

const start = (step: () => Promise<boolean>, pollMs = 60_000, concurrency = 1): Worker =>
  startWorker({ name: 'test', step, pollMs, concurrency, logger: silentLogger });

describe('a worker', () => {
  it('goes on at once while there is more, and sleeps until it is woken otherwise', async () => {
    const work: number[] = [1, 2];
    let steps = 0;
    const worker = start(async () => {
      steps++;
      return work.pop() !== undefined;
    });
    await vi.waitFor(() => expect(steps).toBe(3));
    work.push(1, 2, 3);
    worker.wake();
    await vi.waitFor(() => expect(steps).toBe(7));
    expect(work).toEqual([]);
    await worker.close();
  });

  it('does not miss a wake-up that comes while it looks', async () => {
    let steps = 0;
    const worker = start(async () => {
      steps++;
      await Promise.resolve();
      if (steps === 1) worker.wake();
      return false;
    });
    await vi.waitFor(() => expect(steps).toBe(2));
    await worker.close();
  });

  it('outlives a step that fails, and rests before the next, although it was woken', async () => {
    let steps = 0;
    const failing = start(async () => {
      steps++;
      await Promise.resolve();
      failing.wake();
      throw new Error('down');
    });
    await vi.waitFor(() => expect(steps).toBe(1));
    // Whoever goes on without a rest has gone on by now: it needs no more than microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toBe(1);
    failing.wake();
    await vi.waitFor(() => expect(steps).toBe(2));
    await failing.close();

    let polled = 0;
    const again = start(async () => {
      if (++polled === 1) throw new Error('down');
      return false;
    }, 1);
    await vi.waitFor(() => expect(polled).toBeGreaterThan(1));
    await again.close();
  });

  it('lets the steps under way end before it is closed, and does as many at once as it may', async () => {
    const finish: (() => void)[] = [];
    let ended = 0;
    const worker = start(
      async () => {
        await new Promise<void>((resolve) => finish.push(resolve));
        ended++;
        return true;
      },
      60_000,
      3,
    );
    await vi.waitFor(() => expect(finish).toHaveLength(3));
    const closed = worker.close();
    for (const end of finish) end();
    await closed;
    expect([ended, finish.length]).toEqual([3, 3]);
  });
});
