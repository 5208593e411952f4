import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventBus } from '../bus.js';
import { createEvent, type AnyEvent } from '../event.js';
import { redisEventBus, type RedisEventBusOptions } from './bus.js';
import { compareIds } from './stream.js';

const url = process.env['TEST_REDIS_URL'];

const newEvent = (id: string) =>
  createEvent(
    'session.started',
    { aggregateId: id, data: { userId: id, sessionId: id } },
    new Date(),
  ) as AnyEvent;

describe('stream ids', () => {
  it('are ordered as numbers', () => {
    const ids = ['10-2', '9-11', '10-10', '9-2'];
    expect(ids.sort(compareIds)).toEqual(['9-2', '9-11', '10-2', '10-10']);
  });
});

// Needs a real server: `TEST_REDIS_URL=redis://127.0.0.1:6379 npm test`.
describe.skipIf(url === undefined)('the bus on Redis Streams', () => {
  let redis: Redis;
  const buses: EventBus[] = [];
  let stream: string;

  beforeAll(() => {
    redis = new Redis(url ?? '');
  });
  afterAll(async () => {
    redis.disconnect();
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await redis.del(stream);
  });

  const connect = async (options: Partial<RedisEventBusOptions> = {}) => {
    const bus = await redisEventBus({
      url: url ?? '',
      groups: ['a', 'b'],
      logger: silentLogger,
      stream: (stream ??= `test:${randomUUID()}`),
      backoffMs: 1,
      reclaimAfterMs: 200,
      trimEveryMs: 20,
      ...options,
    });
    buses.push(bus);
    return bus;
  };
  const listen = async (
    bus: EventBus,
    group: string,
    handle: (event: AnyEvent) => Promise<void> = async () => {},
  ) => {
    const seen: string[] = [];
    const buried: string[] = [];
    const subscription = await bus.subscribe({
      group,
      types: ['session.started'],
      handle: async (event) => {
        await handle(event);
        seen.push(event.aggregateId);
      },
      bury: async (event) => void buried.push(event.aggregateId),
    });
    return { seen, buried, subscription };
  };

  it('brings each event to one member of every group, also when it came first', async () => {
    stream = `test:${randomUUID()}`;
    const bus = await connect();
    await bus.publish(newEvent('early'));
    const members = await Promise.all([listen(bus, 'a'), listen(bus, 'a'), listen(bus, 'b')]);
    for (let index = 0; index < 50; index++) await bus.publish(newEvent(`u${index}`));
    const [first, second, other] = members.map((member) => member.seen);
    await waitFor(() => other?.length === 51);
    await waitFor(() => (first?.length ?? 0) + (second?.length ?? 0) === 51);
    expect(new Set([...(first ?? []), ...(second ?? [])]).size).toBe(51);
  });

  it('takes over what a dead member left unacknowledged', async () => {
    stream = `test:${randomUUID()}`;
    const bus = await connect();
    // A member that reads and then dies: nobody of ours ever acknowledges for it.
    await bus.publish(newEvent('left'));
    await redis.xreadgroup('GROUP', 'a', 'dead', 'COUNT', 10, 'STREAMS', stream, '>');
    const { seen } = await listen(bus, 'a');
    await waitFor(() => seen.includes('left'));
  });

  it('buries what always fails, and brings again what failed because a store was down', async () => {
    stream = `test:${randomUUID()}`;
    const bus = await connect({ attempts: 2 });
    let down = true;
    const { seen, buried } = await listen(bus, 'a', async (event) => {
      if (event.aggregateId === 'bad') throw new Error('never');
      if (down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    });
    await bus.publish(newEvent('bad'));
    await bus.publish(newEvent('later'));
    await waitFor(() => buried.length === 1);
    down = false;
    await waitFor(() => seen.includes('later'));
    expect(buried).toEqual(['bad']);
  });

  it('trims only behind the acknowledgement of every group', async () => {
    stream = `test:${randomUUID()}`;
    const bus = await connect();
    const { seen } = await listen(bus, 'a');
    for (let index = 0; index < 20; index++) await bus.publish(newEvent(`u${index}`));
    await waitFor(() => seen.length === 20);
    expect(await redis.xlen(stream)).toBe(20);
    const late = await listen(bus, 'b');
    await waitFor(() => late.seen.length === 20);
    // The last delivered entry stays, as the mark up to which everything is known to be done.
    await waitFor(async () => (await redis.xlen(stream)) <= 1);
  });

  it('goes on after Redis has dropped every connection', async () => {
    stream = `test:${randomUUID()}`;
    const bus = await connect();
    const { seen } = await listen(bus, 'a');
    await bus.publish(newEvent('before'));
    await waitFor(() => seen.includes('before'));
    await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // The relay does this with its outbox: publish until Redis has taken it.
    await waitFor(() => bus.publish(newEvent('after')).then(() => true));
    await waitFor(() => seen.includes('after'));
  });
});
