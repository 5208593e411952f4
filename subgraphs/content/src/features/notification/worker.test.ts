import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './delivery.js';
import { startWorker } from './worker.js';

describe('the worker', () => {
  it('sleeps until woken, and then works until nothing is left', async () => {
    const work: number[] = [];
    let looks = 0;
    const runNext = async () => {
      looks++;
      return work.pop() !== undefined;
    };
    const worker = startWorker({ runNext, logger: silentLogger, concurrency: 1, pollMs: 60_000 });
    await waitFor(() => looks === 1);
    work.push(1, 2, 3);
    worker.wake();
    await waitFor(() => looks === 5);
    expect(work).toEqual([]);
    await worker.close();
  });

  it('does not miss a wake-up that comes while it looks', async () => {
    let looks = 0;
    const worker = startWorker({
      runNext: async () => {
        looks++;
        await Promise.resolve();
        if (looks === 1) worker.wake();
        return false;
      },
      logger: silentLogger,
      concurrency: 1,
      pollMs: 60_000,
    });
    await waitFor(() => looks === 2);
    await worker.close();
  });

  it('outlives a failure, and finishes what is under way before it closes', async () => {
    let looks = 0;
    let finish: () => void = () => undefined;
    let finished = false;
    const runNext = async () => {
      looks++;
      if (looks === 1) throw new Error('the store is down');
      await new Promise<void>((resolve) => (finish = resolve));
      finished = true;
      return false;
    };
    const worker = startWorker({ runNext, logger: silentLogger, concurrency: 1, pollMs: 1 });
    await waitFor(() => looks === 2);
    const closed = worker.close();
    finish();
    await closed;
    expect(finished).toBe(true);
    expect(looks).toBe(2);
  });
});

describe('the backoff', () => {
  it('doubles from a second and stops at ten minutes', () => {
    expect([1, 2, 3, 20].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 600_000]);
  });
});
