import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '@pcc/testkit';
import type { PubSubMessage, RedisPorts } from './ports.js';

const inMs = (ms: number): Date => new Date(Date.now() + ms);

/** What every implementation of the ports must do. Names are random, so that suites can share a Redis. */
export function portsContract(name: string, open: () => Promise<RedisPorts>): void {
  describe(name, () => {
    let ports: RedisPorts;
    const unique = () => randomUUID();
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    it('answers the ping', async () => {
      await expect(ports.ping()).resolves.toBeUndefined();
    });

    describe('KeyValueCache', () => {
      it('gives back what was set, and null for everything else', async () => {
        const key = unique();
        expect(await ports.cache.get(key)).toBeNull();
        await ports.cache.set(key, 'first', { ttlSeconds: 10 });
        await ports.cache.set(key, '', { ttlSeconds: 10 });
        expect(await ports.cache.get(key)).toBe('');
      });

      it('forgets after the time to live, and at once when there is none', async () => {
        const [short, none] = [unique(), unique()];
        await ports.cache.set(short, 'x', { ttlSeconds: 0.05 });
        await ports.cache.set(none, 'x', { ttlSeconds: 10 });
        await ports.cache.set(none, 'x', { ttlSeconds: 0 });
        expect(await ports.cache.get(none)).toBeNull();
        await waitFor(async () => (await ports.cache.get(short)) === null);
      });

      it('deletes several, and nothing when asked for nothing', async () => {
        const keys = [unique(), unique()];
        for (const key of keys) await ports.cache.set(key, 'x', { ttlSeconds: 10 });
        await ports.cache.delete();
        await ports.cache.delete(...keys, unique());
        expect(await Promise.all(keys.map((key) => ports.cache.get(key)))).toEqual([null, null]);
      });
    });

    describe('PubSub', () => {
      it('delivers to every listener of the topic, in order, later than publish is called', async () => {
        const topic = unique();
        const [one, two, other]: [PubSubMessage[], PubSubMessage[], PubSubMessage[]] = [[], [], []];
        await ports.pubSub.subscribe(topic, (message) => one.push(message));
        await ports.pubSub.subscribe(topic, (message) => two.push(message));
        await ports.pubSub.subscribe(`${topic}.other`, (message) => other.push(message));
        const sent = Array.from({ length: 100 }, (_, seq) => ({ seq, payload: { n: seq } }));
        const publishing = sent.map((message) => ports.pubSub.publish(topic, message));
        expect(one).toEqual([]);
        await Promise.all(publishing);
        await waitFor(() => one.length === 100 && two.length === 100);
        expect(one).toEqual(sent);
        expect(two).toEqual(sent);
        expect(other).toEqual([]);
      });

      it('carries what JSON carries, and no reference to the sender’s object', async () => {
        const topic = unique();
        const received: PubSubMessage[] = [];
        await ports.pubSub.subscribe(topic, (message) => received.push(message));
        const payload = { at: new Date(0), list: [1], none: null };
        const publishing = ports.pubSub.publish(topic, { payload });
        payload.list.push(2);
        await publishing;
        await waitFor(() => received.length === 1);
        expect(received).toEqual([
          { payload: { at: '1970-01-01T00:00:00.000Z', list: [1], none: null } },
        ]);
      });

      it('stops for the one who unsubscribes, and only for that one', async () => {
        const topic = unique();
        const [gone, stays]: [unknown[], unknown[]] = [[], []];
        const listener = (message: PubSubMessage) => gone.push(message.payload);
        const unsubscribe = await ports.pubSub.subscribe(topic, listener);
        await ports.pubSub.subscribe(topic, (message) => stays.push(message.payload));
        await ports.pubSub.publish(topic, { payload: 1 });
        await waitFor(() => gone.length === 1);
        await unsubscribe();
        await unsubscribe();
        await ports.pubSub.publish(topic, { payload: 2 });
        await waitFor(() => stays.length === 2);
        expect(gone).toEqual([1]);
      });

      it('subscribes anew after the last listener has left', async () => {
        const topic = unique();
        const received: unknown[] = [];
        for (let round = 0; round < 3; round++) {
          const unsubscribe = await ports.pubSub.subscribe(topic, ({ payload }) =>
            received.push(payload),
          );
          await ports.pubSub.publish(topic, { payload: round });
          await waitFor(() => received.length === round + 1);
          void unsubscribe(); // not awaited: the next subscribe must not be undone by it
        }
        expect(received).toEqual([0, 1, 2]);
      });

      it('does not deliver what was published before', async () => {
        const topic = unique();
        const received: unknown[] = [];
        await ports.pubSub.publish(topic, { payload: 'too early' });
        await ports.pubSub.subscribe(topic, ({ payload }) => received.push(payload));
        await ports.pubSub.publish(topic, { payload: 'in time' });
        await waitFor(() => received.length > 0);
        expect(received).toEqual(['in time']);
      });

      it('goes on delivering when one listener throws', async () => {
        const topic = unique();
        const received: unknown[] = [];
        await ports.pubSub.subscribe(topic, () => {
          throw new Error('a listener’s own defect');
        });
        await ports.pubSub.subscribe(topic, ({ payload }) => received.push(payload));
        await ports.pubSub.publish(topic, { payload: 'still here' });
        await waitFor(() => received.length === 1);
      });
    });

    describe('RateLimiter', () => {
      it('allows the points of a window, refuses the rest, and allows again afterwards', async () => {
        const key = unique();
        const limit = { points: 3, perSeconds: 1 };
        const results = [];
        for (let call = 0; call < 5; call++) {
          results.push(await ports.rateLimiter.consume(key, limit));
        }
        expect(results.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
        expect(results.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
        expect(results[0]?.retryAfterSeconds).toBe(0);
        expect(results[3]?.retryAfterSeconds).toBe(1);
        await waitFor(async () => (await ports.rateLimiter.consume(key, limit)).allowed);
      });

      it('counts exactly under concurrency, and each key and limit for itself', async () => {
        const key = unique();
        const limit = { points: 10, perSeconds: 60 };
        const results = await Promise.all(
          Array.from({ length: 25 }, () => ports.rateLimiter.consume(key, limit)),
        );
        expect(results.filter(({ allowed }) => allowed)).toHaveLength(10);
        expect((await ports.rateLimiter.consume(unique(), limit)).allowed).toBe(true);
        expect((await ports.rateLimiter.consume(key, { ...limit, points: 20 })).allowed).toBe(true);
      });
    });

    describe('Lock', () => {
      it('lets one of many in, and the next after it', async () => {
        const lock = unique();
        let inside = 0;
        let most = 0;
        const attempt = () =>
          ports.lock.withLock(lock, { ttlMs: 1_000 }, async () => {
            most = Math.max(most, ++inside);
            await new Promise((resolve) => setTimeout(resolve, 20));
            inside--;
            return 'done';
          });
        const results = await Promise.all(Array.from({ length: 10 }, attempt));
        expect(results.filter((result) => result === 'done')).toHaveLength(1);
        expect(most).toBe(1);
        expect(await attempt()).toBe('done');
      });

      it('is kept for longer than its time to live while the work runs', async () => {
        const lock = unique();
        const signals: AbortSignal[] = [];
        let finish: () => void = () => undefined;
        const holding = ports.lock.withLock(lock, { ttlMs: 100 }, async (signal) => {
          signals.push(signal);
          await new Promise<void>((resolve) => (finish = resolve));
        });
        await new Promise((resolve) => setTimeout(resolve, 350)); // the point is that time passes
        expect(await ports.lock.withLock(lock, { ttlMs: 100 }, async () => true)).toBeUndefined();
        expect(signals[0]?.aborted).toBe(false);
        finish();
        await holding;
        expect(await ports.lock.withLock(lock, { ttlMs: 100 }, async () => true)).toBe(true);
      });

      it('is released when the work fails, with its error', async () => {
        const lock = unique();
        const failing = ports.lock.withLock(lock, { ttlMs: 1_000 }, async () => {
          throw new Error('work failed');
        });
        await expect(failing).rejects.toThrow('work failed');
        expect(await ports.lock.withLock(lock, { ttlMs: 1_000 }, async () => 1)).toBe(1);
      });
    });

    describe('SessionStore', () => {
      it('knows live sessions, and none that are unknown, expired or revoked', async () => {
        const [id, short, userId] = [unique(), unique(), unique()];
        expect(await ports.sessions.isLive(id)).toBe(false);
        await ports.sessions.put({ id, userId, expiresAt: inMs(60_000) });
        await ports.sessions.put({ id: short, userId, expiresAt: inMs(50) });
        expect(await ports.sessions.isLive(id)).toBe(true);
        await waitFor(async () => !(await ports.sessions.isLive(short)));
        expect((await ports.sessions.list(userId)).map((session) => session.id)).toEqual([id]);
        await ports.sessions.revoke(id);
        await ports.sessions.revoke(id);
        expect(await ports.sessions.isLive(id)).toBe(false);
        expect(await ports.sessions.list(userId)).toEqual([]);
      });

      it('lists a person’s sessions by expiry, and moves the expiry when put again', async () => {
        const [one, two, userId] = [unique(), unique(), unique()];
        const [soon, late, later] = [inMs(10_000), inMs(20_000), inMs(30_000)];
        await ports.sessions.put({ id: one, userId, expiresAt: soon });
        await ports.sessions.put({ id: two, userId, expiresAt: late });
        await ports.sessions.put({ id: one, userId, expiresAt: later });
        expect(await ports.sessions.list(userId)).toEqual([
          { id: two, userId, expiresAt: late },
          { id: one, userId, expiresAt: later },
        ]);
      });

      it('ends all sessions of a person and tells listeners', async () => {
        const [one, two, foreign, userId] = [unique(), unique(), unique(), unique()];
        const revoked: string[] = [];
        const unsubscribe = await ports.sessions.onRevoked((id) => revoked.push(id));
        await ports.sessions.put({ id: one, userId, expiresAt: inMs(10_000) });
        await ports.sessions.put({ id: two, userId, expiresAt: inMs(20_000) });
        await ports.sessions.put({ id: foreign, userId: unique(), expiresAt: inMs(10_000) });
        expect(await ports.sessions.revokeAll(userId)).toEqual([one, two]);
        await waitFor(() => revoked.length === 2);
        expect(revoked).toEqual([one, two]);
        expect(await ports.sessions.isLive(foreign)).toBe(true);
        await unsubscribe();
        await ports.sessions.revoke(foreign);
        expect(await ports.sessions.revokeAll(userId)).toEqual([]);
        expect(revoked).toHaveLength(2);
      });
    });
  });
}
