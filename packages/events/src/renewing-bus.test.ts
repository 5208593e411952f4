import { silentLogger } from '@pcc/platform';
import { entityTag, generationKey, redisPorts, viewerTag } from '@pcc/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusSubscription, EventBus } from './bus.js';
import { createEvent, type StoredEvent } from './event.js';
import { renewingBus } from './renewing-bus.js';

let redis: Awaited<ReturnType<typeof redisPorts>>;
beforeAll(async () => {
  redis = await redisPorts({ url: undefined, logger: silentLogger });
});
afterAll(() => redis.close());

const rated = createEvent(
  'course.rated',
  { aggregateId: 'c1', data: { courseId: 'c1', userId: 'u1', stars: 5, average: 5, count: 1 } },
  new Date(),
);
const tags = [entityTag('Course', { id: 'c1' }), viewerTag('u1')];
const generations = () => redis.cache.getMany(tags.map(generationKey));

/** A bus that only remembers. */
function setUp() {
  const published: StoredEvent[] = [];
  let subscription: BusSubscription | undefined;
  const inner: EventBus = {
    publish: async (event) => void published.push(event),
    subscribe: async (given) => {
      subscription = given;
      return { close: async () => undefined };
    },
    close: async () => undefined,
  };
  const bus = renewingBus(inner, redis.cache);
  return { bus, published, handle: (event: typeof rated) => subscription?.handle(event) };
}

describe('the bus that tells caches', () => {
  it('renews what an event changed, before any group hears of it', async () => {
    const { bus, published } = setUp();
    const before = await generations();
    await bus.publish(rated);
    const after = await generations();
    expect(published).toEqual([rated]);
    for (const [index, generation] of after.entries()) {
      expect(generation).toEqual(expect.any(String));
      expect(generation).not.toBe(before[index]);
    }
  });

  it('renews again when a group has worked on it, and not when it failed', async () => {
    const { bus, handle } = setUp();
    let seen: unknown;
    let failing = true;
    await bus.subscribe({
      group: 'content',
      types: ['course.rated'],
      handle: async () => {
        seen = await generations();
        if (failing) throw new Error('not now');
      },
      bury: async () => undefined,
    });
    await expect(handle(rated)).rejects.toThrow('not now');
    expect(await generations()).toEqual(seen);
    failing = false;
    await handle(rated);
    expect(await generations()).not.toEqual(seen);
  });

  it('hands on what it cannot read', async () => {
    const { bus, published } = setUp();
    const [unknown, broken] = [
      { ...rated, type: 'moon.landed' },
      { ...rated, data: 'nonsense' },
    ];
    await bus.publish(unknown);
    await bus.publish(broken);
    expect(published).toEqual([unknown, broken]);
  });

  it('does not publish when the caches cannot be told: it is tried again', async () => {
    const { published } = setUp();
    const down = { setMany: () => Promise.reject(new Error('down')) };
    const inner: EventBus = {
      publish: async (event) => void published.push(event),
      subscribe: async () => ({ close: async () => undefined }),
      close: async () => undefined,
    };
    await expect(renewingBus(inner, down).publish(rated)).rejects.toThrow('down');
    expect(published).toEqual([]);
  });
});
