import { silentLogger, type CloseStack } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { serviceUrls } from '@pcc/testkit';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

export const redis: StoreBenchmark = {
  store: 'Redis ports',
  embedded: (stack) => operations(undefined, stack),
  async server(stack) {
    const { redis: url } = serviceUrls();
    return url === undefined ? undefined : operations(url, stack);
  },
};

async function operations(url: string | undefined, stack: CloseStack): Promise<Operation[]> {
  const ports = stack.use('ports', await redisPorts({ url, logger: silentLogger }));
  const value = 'x'.repeat(1_000);
  const name = (index: number) => `bench:${process.pid}:${index % 1_000}`;
  const roundTrip = roundTrips(ports.pubSub, `bench:${process.pid}`);
  return [
    {
      name: 'cache: set 1 KB',
      times: 10_000,
      concurrency: 16,
      run: (index) => ports.cache.set(name(index), value, { ttlSeconds: 60 }),
    },
    {
      name: 'cache: get 1 KB',
      times: 10_000,
      concurrency: 16,
      run: (index) => ports.cache.get(name(index)),
    },
    {
      name: 'PubSub: publish until received',
      times: 5_000,
      concurrency: 16,
      run: await roundTrip,
    },
    {
      name: 'rate limiter',
      times: 10_000,
      concurrency: 16,
      run: (index) => ports.rateLimiter.consume(name(index), { points: 10, perSeconds: 1 }),
    },
    {
      name: 'lock: taken and given back',
      times: 2_000,
      concurrency: 4,
      run: (index) => ports.lock.withLock(name(index), { ttlMs: 5_000 }, async () => undefined),
    },
    {
      name: 'session: is it live?',
      times: 10_000,
      concurrency: 16,
      run: (index) => ports.sessions.isLive(name(index)),
    },
  ];
}

/** @returns publishes a message and waits until this process has received it */
async function roundTrips(
  pubSub: Awaited<ReturnType<typeof redisPorts>>['pubSub'],
  topic: string,
): Promise<Operation['run']> {
  const waiting = new Map<number, () => void>();
  await pubSub.subscribe(topic, ({ seq = -1 }) => {
    waiting.get(seq)?.();
    waiting.delete(seq);
  });
  return async (index) => {
    const received = new Promise<void>((resolve) => waiting.set(index, resolve));
    await pubSub.publish(topic, { seq: index, payload: 'a lesson was completed' });
    await received;
  };
}
