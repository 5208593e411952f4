import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { startWorker } from './worker.js';

const start = (step: () => Promise<boolean>, pollMs = 60_000) =>
  startWorker({ name: 'test', step, pollMs, logger: silentLogger });

describe('a worker', () => {
  it('goes on at once while there is more, and waits to be woken otherwise', async () => {
    let steps = 0;
    const worker = start(async () => ++steps < 3);
    await waitFor(() => steps === 3);
    worker.wake();
    await waitFor(() => steps === 4);
    await worker.close();
  });

  it('survives a step that fails', async () => {
    let steps = 0;
    const worker = start(async () => {
      if (++steps === 1) throw new Error('down');
      return false;
    }, 5);
    await waitFor(() => steps > 1);
    await worker.close();
  });

  it('lets the step under way end before it is closed', async () => {
    let finish: () => void = () => undefined;
    let done = false;
    const worker = start(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done = true;
      return true;
    });
    const closed = worker.close();
    await waitFor(() => {
      finish();
      return done;
    });
    await closed;
    expect(done).toBe(true);
  });
});
