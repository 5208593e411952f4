import { once } from 'node:events';
import { inspect } from 'node:util';
import { closeStack, createLogger, silentLogger, type CloseStack } from '@pcc/platform';
import { serviceUrls, waitFor } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../errors.js';
import { redisPorts } from '../connect.js';
import { portsContract } from '../ports.contract.js';
import { startTestRedis, type TestRedis } from '../testing/redis-server.js';
import { startTcpProxy } from '../testing/tcp-proxy.js';

const { redis: url, redisProgram } = serviceUrls();
const unavailable = { code: 'STORE_UNAVAILABLE', extensions: { store: 'redis' } };
/** What a command may take before it counts as unanswered, with room for a busy machine. */
const boundMs = 4_000;
const later = () => new Date(Date.now() + 60_000);

describe.skipIf(url === undefined)('TEST_REDIS_URL', () => {
  portsContract('the ports on Redis', () => redisPorts({ url: url ?? '', logger: silentLogger }));
});

/** Needs servers of its own, to stop and start: TEST_REDIS_SERVER=redis-server. */
describe.skipIf(redisProgram === undefined)('TEST_REDIS_SERVER', () => {
  let stack: CloseStack;
  beforeEach(() => {
    stack = closeStack(silentLogger);
  });
  afterEach(() => stack.close());

  const startRedis = async (settings?: Record<string, string>): Promise<TestRedis> =>
    stack.use('redis', await startTestRedis(redisProgram ?? '', settings));
  const open = async (at: string, cacheUrl?: string) =>
    stack.use('ports', await redisPorts({ url: at, cacheUrl, logger: silentLogger }));
  const inTime = async (work: () => Promise<void>): Promise<void> => {
    const begun = Date.now();
    await work();
    expect(Date.now() - begun).toBeLessThan(boundMs);
  };

  describe('when Redis is stopped and started', () => {
    it('everything fails fast, comes back by itself, and says that it was away', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      const received: unknown[] = [];
      const revoked: string[] = [];
      let interruptions = 0;
      ports.pubSub.onInterruption(() => interruptions++);
      await ports.pubSub.subscribe('topic', ({ payload }) => received.push(payload));
      const leave = await ports.pubSub.subscribe('left', ({ payload }) => received.push(payload));
      await ports.sessions.onRevoked((id) => revoked.push(id));

      await redis.kill();
      // Others listen to it already, so this is known only once the socket has noticed.
      const subscribes = () => ports.pubSub.subscribe('topic', () => undefined);
      await waitFor(() =>
        subscribes().then(
          () => false,
          () => true,
        ),
      );
      await inTime(async () => {
        const limit = { points: 1, perSeconds: 1 };
        for (const call of [
          () => ports.ping(),
          () => ports.cache.get('x'),
          () => ports.cache.set('x', 'x', { ttlSeconds: 1 }),
          () => ports.pubSub.publish('topic', { payload: 0 }),
          subscribes,
          () => ports.pubSub.subscribe('new', () => undefined),
          () => ports.rateLimiter.consume('k', limit),
          () => ports.lock.withLock('l', { ttlMs: 1_000 }, async () => undefined),
          () => ports.sessions.put({ id: 's', userId: 'u', expiresAt: later() }),
          () => ports.sessions.isLive('s'),
          () => ports.sessions.revokeAll('u'),
        ]) {
          await expect(call()).rejects.toMatchObject(unavailable);
        }
        await leave();
      });
      expect(interruptions).toBe(0);

      await redis.start();
      await waitFor(() => interruptions === 1);
      await waitFor(() => ports.ping().then(() => true));
      for (const topic of ['left', 'new', 'topic']) {
        await ports.pubSub.publish(topic, { payload: topic });
      }
      await waitFor(() => received.length > 0);
      expect(received).toEqual(['topic']);
      await ports.sessions.put({ id: 's', userId: 'u', expiresAt: later() });
      await ports.sessions.revoke('s');
      await waitFor(() => revoked.length > 0);
      expect(revoked).toEqual(['s']);
    });

    it('thousands of topics stand again, each once', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      const topics = Array.from({ length: 3_000 }, (_, n) => `topic ${n}`);
      const heard = new Map<string, number>();
      let interruptions = 0;
      ports.pubSub.onInterruption(() => interruptions++);
      await Promise.all(
        topics.map((topic) =>
          ports.pubSub.subscribe(topic, () => heard.set(topic, (heard.get(topic) ?? 0) + 1)),
        ),
      );
      for (let round = 1; round <= 2; round++) {
        await redis.kill();
        await redis.start();
        await waitFor(() => interruptions === round);
        await waitFor(() => ports.ping().then(() => true));
        await Promise.all(topics.map((topic) => ports.pubSub.publish(topic, { payload: 1 })));
        await waitFor(() => topics.every((topic) => heard.get(topic) === round));
      }
    });

    it('the holder of a lock is told that it is lost', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      const reason = await ports.lock.withLock('job', { ttlMs: 300 }, async (signal) => {
        await redis.kill();
        await once(signal, 'abort');
        return String(signal.reason);
      });
      expect(reason).toMatch(/run out/);
    });

    it('it is not stormed with attempts to connect', async () => {
      const redis = await startRedis();
      const proxy = stack.use('proxy', await startTcpProxy(redis.url));
      const ports = await open(proxy.url);
      const before = proxy.connections();
      proxy.refuse(true);
      const begun = Date.now();
      await waitFor(() => Date.now() - begun > 3_000); // the point is that time passes
      // Two connections: a handful of quick attempts each, then less than two a second.
      expect(proxy.connections() - before).toBeLessThan(30);
      proxy.refuse(false);
      await waitFor(() => ports.ping().then(() => true));
    });
  });

  describe('when Redis hangs', () => {
    it('calls end in time, and go on when it wakes', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      const received: unknown[] = [];
      await ports.pubSub.subscribe('topic', ({ payload }) => received.push(payload));
      redis.freeze();
      await inTime(async () => {
        const calls = [
          ...Array.from({ length: 20 }, (_, n) =>
            ports.pubSub.subscribe(`new ${n}`, () => undefined),
          ),
          ports.sessions.isLive('x'),
          ports.pubSub.publish('topic', { payload: 'lost' }),
          ports.ping(),
        ];
        for (const result of await Promise.allSettled(calls)) {
          expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
        }
      });
      redis.thaw();
      await waitFor(async () => (await ports.sessions.isLive('x')) === false);
      await waitFor(async () => {
        await ports.pubSub.publish('topic', { payload: 'heard' });
        return received.includes('heard');
      });
    });

    it('the holder of a lock learns it when the lease ends, not when a renewal fails', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      const begun = Date.now();
      const held = ports.lock.withLock('job', { ttlMs: 400 }, async (signal) => {
        redis.freeze();
        await once(signal, 'abort');
        redis.thaw();
        return Date.now() - begun;
      });
      expect(await held).toBeLessThan(1_500); // a command gives up after 2 s
    });

    it('a connection whose other end is gone is given up', async () => {
      const redis = await startRedis();
      const proxy = stack.use('proxy', await startTcpProxy(redis.url));
      const ports = await open(proxy.url);
      const received: unknown[] = [];
      let interruptions = 0;
      ports.pubSub.onInterruption(() => interruptions++);
      await ports.pubSub.subscribe('topic', ({ payload }) => received.push(payload));
      proxy.swallow(true); // nobody closes anything
      const direct = await open(redis.url);
      await direct.pubSub.publish('topic', { payload: 'lost' });
      await waitFor(() => proxy.connections() > 2, { timeoutMs: 20_000 });
      expect(interruptions).toBe(0);
      proxy.swallow(false);
      await waitFor(() => interruptions === 1, { timeoutMs: 20_000 });
      await direct.pubSub.publish('topic', { payload: 'heard' });
      await waitFor(() => received.length > 0);
      expect(received).toEqual(['heard']);
    });

    it('that it is far away alone does no harm', async () => {
      const redis = await startRedis();
      const proxy = stack.use('proxy', await startTcpProxy(redis.url));
      const ports = await open(proxy.url);
      proxy.delay(150); // each way
      const received: unknown[] = [];
      await ports.pubSub.subscribe('topic', ({ payload }) => received.push(payload));
      const sent = Array.from({ length: 200 }, (_, n) => n);
      await Promise.all(sent.map((n) => ports.pubSub.publish('topic', { payload: n })));
      await waitFor(() => received.length === sent.length);
      expect(received).toEqual(sent);
      let wasLost = false;
      await ports.lock.withLock('far', { ttlMs: 1_500 }, async (signal) => {
        signal.addEventListener('abort', () => (wasLost = true));
        const other = await open(redis.url);
        for (let n = 0; n < 10; n++) {
          await other.pubSub.publish('tick', { payload: n });
          await ports.ping();
          expect(await other.lock.withLock('far', { ttlMs: 1_500 }, async () => 1)).toBeUndefined();
        }
      });
      expect(wasLost).toBe(false);
    });
  });

  describe('when Redis is there and says no', () => {
    it('being full, writes are refused and reads answered; a cache of its own evicts', async () => {
      const main = await startRedis({ 'maxmemory-policy': 'noeviction' });
      const cache = await startRedis({ maxmemory: '3mb', 'maxmemory-policy': 'allkeys-lru' });
      const ports = await open(main.url, cache.url);
      await ports.sessions.put({ id: 's', userId: 'u', expiresAt: later() });
      await main.admin((redis) => redis.config('SET', 'maxmemory', '100kb')); // less than it has
      const put = () => ports.sessions.put({ id: 't', userId: 'u', expiresAt: later() });
      await expect(put()).rejects.toMatchObject(unavailable);
      const locked = ports.lock.withLock('l', { ttlMs: 1_000 }, async () => 1);
      await expect(locked).rejects.toMatchObject(unavailable);
      const limited = ports.rateLimiter.consume('k', { points: 1, perSeconds: 1 });
      await expect(limited).rejects.toMatchObject(unavailable);
      expect(await ports.sessions.isLive('s')).toBe(true);
      expect(await ports.sessions.isLive('t')).toBe(false);

      const value = 'x'.repeat(10_000);
      for (let n = 0; n < 1_000; n++) {
        await ports.cache.set(`entry ${n}`, value, { ttlSeconds: 60 });
      }
      expect(await ports.cache.get('entry 0')).toBeNull();
      expect(await ports.cache.get('entry 999')).toBe(value);
    });

    it('being a replica after a failover, it is asked again once it is not', async () => {
      const redis = await startRedis();
      const ports = await open(redis.url);
      await ports.sessions.put({ id: 's', userId: 'u', expiresAt: later() });
      await redis.admin((admin) => admin.replicaof('127.0.0.1', 1));
      const revoke = () => ports.sessions.revoke('s');
      await expect(revoke()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await redis.admin((admin) => admin.replicaof('NO', 'ONE'));
      await waitFor(() => revoke().then(() => true));
      expect(await ports.sessions.isLive('s')).toBe(false);
    });

    it('a wrong password is told at the start, and shown nowhere', async () => {
      const [right, wrong] = ['right-Zz-secret', 'wrong-Zz-secret'];
      const redis = await startRedis({ requirepass: right });
      const lines: string[] = [];
      const logger = createLogger(
        { name: 'test', level: 'debug' },
        { write: (line: string) => void lines.push(line) },
      );
      const ports = await redisPorts({ url: redis.url, logger });
      await ports.ping();
      await ports.close();
      for (const bad of [redis.url.replace(right, wrong), redis.url.replace(`:${right}@`, '')]) {
        const failure = await redisPorts({ url: bad, logger }).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(StoreError);
        expect(String(failure)).toMatch(/Cannot connect to Redis: .*(WRONGPASS|NOAUTH)/);
        const shown = inspect(failure, { depth: Infinity, showHidden: true }) + lines.join('');
        expect(shown).not.toContain('Zz-secret');
      }
    });
  });
});
