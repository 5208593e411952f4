import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pcc/platform';
import { serviceUrls, waitFor } from '@pcc/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busContract } from '../bus.contract.js';
import type { EventBus } from '../bus.js';
import type { AnyEvent } from '../event.js';
import { sessionStarted } from '../testing/events.js';
import { redisEventBus, type RedisEventBusOptions } from './bus.js';

const { redis: url } = serviceUrls();

describe.skipIf(url === undefined)('on a Redis server', () => {
  const redis = new Redis(url ?? '', { lazyConnect: true });
  const buses: EventBus[] = [];
  const streams: string[] = [];
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });
  afterAll(async () => {
    if (streams.length > 0) await redis.del(...streams);
    redis.disconnect();
  });

  let stream: string;
  beforeEach(() => {
    stream = `test:${randomUUID()}`;
    streams.push(stream);
  });
  const open = (options: Partial<RedisEventBusOptions> = {}) =>
    redisEventBus({
      url: url ?? '',
      groups: ['a', 'b'],
      logger: silentLogger,
      stream,
      backoffMs: 1,
      reclaimAfterMs: 200,
      trimEveryMs: 20,
      ...options,
    });
  const connect = async (options: Partial<RedisEventBusOptions> = {}) => {
    const bus = await open(options);
    buses.push(bus);
    return bus;
  };
  const listen = async (
    bus: EventBus,
    group: string,
    handle: (event: AnyEvent) => Promise<void> = async () => undefined,
  ) => {
    const seen: string[] = [];
    const subscription = await bus.subscribe({
      group,
      types: ['session.started'],
      handle: async (event) => {
        await handle(event);
        seen.push(event.aggregateId);
      },
      bury: async () => undefined,
    });
    return { seen, subscription };
  };
  const members = async (group: string) =>
    ((await redis.xinfo('CONSUMERS', stream, group)) as unknown[]).length;

  busContract('the bus on Redis Streams', open);

  it('takes over what a dead member left unacknowledged', async () => {
    const bus = await connect();
    // A member that reads and then dies: nobody of ours ever acknowledges for it.
    await bus.publish(sessionStarted('left'));
    await redis.xreadgroup('GROUP', 'a', 'dead', 'COUNT', 10, 'STREAMS', stream, '>');
    const { seen } = await listen(bus, 'a');
    await waitFor(() => seen.includes('left'));
  });

  it('takes over more than it can work on at once', async () => {
    const bus = await connect();
    const ids = Array.from({ length: 300 }, (_, index) => `u${index}`);
    await Promise.all(ids.map((id) => bus.publish(sessionStarted(id))));
    await redis.xreadgroup('GROUP', 'a', 'dead', 'COUNT', 1000, 'STREAMS', stream, '>');
    const { seen } = await listen(bus, 'a');
    await waitFor(() => seen.length >= 300);
    expect(seen.sort()).toEqual(ids.sort());
  });

  it('reads no further than it can work on, and acknowledges what it has done when it leaves', async () => {
    const bus = await connect();
    let finish = () => undefined as void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let begun = 0;
    const { seen, subscription } = await listen(bus, 'a', () => {
      begun++;
      return finished;
    });
    const ids = Array.from({ length: 200 }, (_, index) => `u${index}`);
    await Promise.all(ids.map((id) => bus.publish(sessionStarted(id))));
    const pending = async () => {
      const [count] = (await redis.xpending(stream, 'a')) as [number];
      return count;
    };
    await waitFor(async () => (await pending()) === 64);
    // Redis counts them before they have come; what comes while it leaves is left to others.
    await waitFor(() => begun === 64);
    const closed = subscription.close();
    finish();
    await closed;
    expect(seen).toHaveLength(64);
    expect([await pending(), await members('a')]).toEqual([0, 0]);
    const successor = await listen(bus, 'a');
    await waitFor(() => successor.seen.length === 136);
  });

  it('trims only behind the acknowledgement of every group, also one of a newer version', async () => {
    const bus = await connect();
    await redis.xgroup('CREATE', stream, 'newcomer', '0', 'MKSTREAM');
    const [a, b] = [await listen(bus, 'a'), await listen(bus, 'b')];
    for (let index = 0; index < 20; index++) await bus.publish(sessionStarted(`u${index}`));
    await waitFor(() => a.seen.length === 20 && b.seen.length === 20);
    expect(await redis.xlen(stream)).toBe(20);
    const late = await listen(bus, 'newcomer');
    await waitFor(() => late.seen.length === 20);
    // The last delivered entry stays, as the mark up to which everything is known to be done.
    await waitFor(async () => (await redis.xlen(stream)) <= 1);
  });

  it('keeps what is no event at all out of the way', async () => {
    const bus = await connect();
    const buried: unknown[] = [];
    await redis.xadd(stream, '*', 'something', 'else');
    await redis.xadd(stream, '*', 'event', '{"eventId":"1"}');
    await bus.subscribe({
      group: 'a',
      types: ['session.started'],
      handle: async () => undefined,
      bury: async (event) => void buried.push([event.type, event.data]),
    });
    await waitFor(() => buried.length === 2);
    expect(buried).toEqual([
      ['unreadable', 'else'],
      ['unreadable', { eventId: '1' }],
    ]);
  });

  it('goes on after Redis has dropped every connection', async () => {
    const bus = await connect();
    const { seen } = await listen(bus, 'a');
    await bus.publish(sessionStarted('before'));
    await waitFor(() => seen.includes('before'));
    await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // The relay does this with its outbox: publish until Redis has taken it.
    await waitFor(() => bus.publish(sessionStarted('after')).then(() => true));
    await waitFor(() => seen.includes('after'));
  });
});
