import { setTimeout as sleep } from 'node:timers/promises';
import { closeStack, createLogger, silentLogger, type CloseStack } from '@pcc/platform';
import { startTestPostgres } from '@pcc/stores/testing';
import { serviceUrls, waitFor } from '@pcc/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../bus.js';
import { startConsumer, type Consumer } from '../consumer.js';
import type { RawSql } from '../postgres/sql.js';
import { startRelay } from '../relay.js';
import { postgresEventStore, type EventStore } from '../testing/event-store.js';
import { foreignEvent } from '../testing/events.js';
import { startTestRedis, type TestRedis } from '../testing/redis-server.js';
import { startSlowProxy } from '../testing/slow-proxy.js';
import { redisEventBus } from './bus.js';

const { redisProgram } = serviceUrls();
/** What a command may take, with room for a busy machine. */
const boundMs = 6_000;

/** Of a type that nobody here handles. */
const forNobody = () => foreignEvent('order.paid', null);

/** A whole flow, outbox to inbox, over a Redis that goes away, hangs or crawls. */
describe.skipIf(redisProgram === undefined)('when Redis fails', () => {
  const always = closeStack(silentLogger);
  let stack: CloseStack;
  let store: EventStore<RawSql>;
  let redis: TestRedis;
  const emitted: string[] = [];

  beforeAll(async () => {
    const postgres = always.use('postgres', await startTestPostgres());
    store = always.use('store', postgresEventStore(postgres.url));
    await store.prepare();
  });
  afterAll(() => always.close());
  beforeEach(async () => {
    stack = closeStack(silentLogger);
    redis = stack.use('redis', await startTestRedis(redisProgram ?? ''));
  });
  afterEach(() => stack.close());

  const connect = async (url: string, logger = silentLogger) => {
    const bus = await redisEventBus({ url, groups: ['shop'], logger, reclaimAfterMs: 1_000 });
    return stack.use('bus', bus);
  };
  const consume = async (bus: EventBus): Promise<Consumer> => {
    const consumer = await startConsumer({
      group: 'shop',
      bus,
      unitOfWork: store.unitOfWork(),
      logger: silentLogger,
      handlers: {
        'session.started': (event, { transaction }) =>
          store.note(transaction, 'effect', event.aggregateId),
      },
    });
    return stack.use('consumer', consumer);
  };
  const relay = (bus: EventBus) => {
    const started = startRelay({ store: store.outbox, bus, logger: silentLogger, pollMs: 20 });
    return stack.use('relay', started);
  };
  const emit = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const userId = `user${emitted.length}`;
      const data = { userId, sessionId: userId };
      await store
        .unitOfWork()
        .run(({ emit }) => emit('session.started', { aggregateId: userId, data }));
      emitted.push(userId);
    }
  };
  /** Emits until `meanwhile` is over. */
  const emitDuring = async (meanwhile: () => Promise<void>) => {
    let over = false;
    const emitting = (async () => {
      while (!over) {
        await emit(1);
        await sleep(5);
      }
    })();
    await meanwhile();
    over = true;
    await emitting;
  };
  const everyEffectOnce = async () => {
    await waitFor(async () => new Set(await store.notes('effect')).size === emitted.length, {
      what: 'every effect',
      timeoutMs: 90_000,
    });
    expect((await store.notes('effect')).sort()).toEqual([...emitted].sort());
    expect(await store.unitOfWork().deadLetters.list('shop', { limit: 1 })).toEqual([]);
  };
  const flow = async (url = redis.url) => {
    const bus = await connect(url);
    await consume(bus);
    relay(bus);
    await emit(5);
    await everyEffectOnce();
    return bus;
  };
  const rejection = async (attempt: Promise<unknown>) => {
    const begun = performance.now();
    await expect(attempt).rejects.toThrow();
    return performance.now() - begun;
  };

  it('killed and started again with its data, it loses nothing and doubles nothing', async () => {
    await flow();
    await emitDuring(async () => {
      for (let time = 0; time < 3; time++) {
        const before = emitted.length;
        await waitFor(() => emitted.length > before + 10);
        await redis.kill();
        const whileAway = emitted.length;
        await waitFor(() => emitted.length > whileAway + 10);
        await redis.start();
      }
    });
    await everyEffectOnce();
  });

  it('started again without its data, it goes on, and what it lost is published again', async () => {
    const bus = await connect(redis.url);
    relay(bus);
    const since = new Date();
    // Published, and read by nobody yet.
    await emit(20);
    await waitFor(async () => (await store.unpublished()) === 0);
    await redis.kill();
    await redis.loseData();
    await redis.start();
    await waitFor(() => consume(bus).then(() => true));
    const lost = emitted.slice(-20);
    await emit(5);
    await waitFor(async () => (await store.notes('effect')).includes(emitted.at(-1) ?? ''));
    const arrived = new Set(await store.notes('effect'));
    expect(lost.filter((id) => arrived.has(id))).toEqual([]);

    // In the middle of everything, too.
    await emitDuring(async () => {
      await redis.kill();
      await redis.loseData();
      await redis.start();
      const before = emitted.length;
      await waitFor(() => emitted.length > before + 10);
    });
    await waitFor(async () => (await store.unpublished()) === 0, { timeoutMs: 60_000 });
    expect(await store.outbox.republish(since)).toBeGreaterThanOrEqual(25);
    await everyEffectOnce();
  });

  it('hanging, it lets nobody wait for long, and everything goes on when it wakes', async () => {
    const bus = await flow();
    redis.freeze();
    expect(await rejection(bus.publish(forNobody()))).toBeLessThan(boundMs);
    await emit(10);
    expect(await rejection(bus.publish(forNobody()))).toBeLessThan(boundMs);
    expect(await rejection(connect(redis.url))).toBeLessThan(2 * boundMs);
    redis.thaw();
    await emit(10);
    await everyEffectOnce();
  });

  it('answering slowly, it slows things down, and no more than that', async () => {
    const proxy = stack.use('proxy', await startSlowProxy(Number(new URL(redis.url).port)));
    const bus = await flow(`redis://127.0.0.1:${proxy.port}`);
    proxy.delayMs = 400;
    await emit(20);
    await everyEffectOnce();

    // Slower than anybody waits: each command fails in time, though Redis may have carried it out.
    proxy.delayMs = 4_000;
    expect(await rejection(bus.publish(forNobody()))).toBeLessThan(boundMs);
    await emit(20);
    await waitFor(async () => (await store.unpublished()) > 0);
    proxy.delayMs = 0;
    await emit(5);
    await everyEffectOnce();
  });

  it('away for a while, it makes nobody run hot', async () => {
    let lines = 0;
    const logger = createLogger({ name: 'bus', level: 'debug' }, { write: () => void lines++ });
    const bus = await connect(redis.url, logger);
    await consume(bus);
    await redis.kill();
    const before = lines;
    const seconds = 3;
    // Not a wait for something to happen, but the time over which it is counted.
    await sleep(seconds * 1_000);
    const perSecond = (lines - before) / seconds;
    expect(perSecond).toBeGreaterThan(0);
    // Two loops, each four times a second.
    expect(perSecond).toBeLessThanOrEqual(10);
    await redis.start();
    await waitFor(() => bus.publish(forNobody()).then(() => true));
  });
});
