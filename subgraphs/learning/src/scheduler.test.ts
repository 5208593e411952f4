import { createMetrics, silentLogger } from '@pcc/platform';
import { redisPorts, type RedisPorts } from '@pcc/stores';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startScheduler, type Job } from './scheduler.js';

let redis: RedisPorts;
beforeAll(async () => {
  redis = await redisPorts({ logger: silentLogger });
});
afterAll(() => redis.close());

const start = (job: Job, metrics = createMetrics('test')) =>
  startScheduler({ jobs: [job], runsAlone: true, lock: redis.lock, logger: silentLogger, metrics });

it('goes on after a failure, which it counts', async () => {
  let calls = 0;
  const metrics = createMetrics('test');
  const job = {
    name: 'fails',
    everyMs: 2,
    runNext: async () => {
      calls++;
      if (calls === 1) throw new Error('once');
      return false;
    },
  };
  const scheduler = start(job, metrics);
  await waitFor(() => calls >= 3, { what: 'the job to run again' });
  await scheduler.close();
  expect(await metrics.registry.metrics()).toMatch(/job="fails",outcome="failed".* 1\n/);
});

it('runs a job in one process at a time, piece by piece', async () => {
  let running = 0;
  let most = 0;
  let pieces = 0;
  const job = {
    name: 'exclusive',
    everyMs: 1,
    runNext: async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return ++pieces % 3 !== 0;
    },
  };
  const both = [start(job), start(job)];
  await waitFor(() => pieces >= 12, { what: 'some runs' });
  await Promise.all(both.map((scheduler) => scheduler.close()));
  expect(most).toBe(1);
});

it('waits for the piece under way when it is closed, and begins no other', async () => {
  let finish = () => undefined as void;
  let begun = 0;
  const job = {
    name: 'slow',
    everyMs: 1,
    runNext: () => {
      begun++;
      return new Promise<boolean>((resolve) => {
        finish = () => resolve(true);
      });
    },
  };
  const scheduler = start(job);
  await waitFor(() => begun === 1, { what: 'the job to begin' });
  const closed = scheduler.close();
  finish();
  await closed;
  expect(begun).toBe(1);
  await expect(scheduler.run('nothing')).rejects.toThrow('There is no job');
});
