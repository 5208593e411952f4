import { randomUUID } from 'node:crypto';
import { waitFor } from '@pcc/testkit';
import { expect, it } from 'vitest';
import type { RedisPorts } from '../ports.js';

export function cacheContract(ports: () => RedisPorts): void {
  it('gives back what was set, and null for everything else', async () => {
    const key = randomUUID();
    expect(await ports().cache.get(key)).toBeNull();
    await ports().cache.set(key, 'first', { ttlSeconds: 10 });
    await ports().cache.set(key, '', { ttlSeconds: 10 });
    expect(await ports().cache.get(key)).toBe('');
  });

  it('forgets after the time to live, and at once when there is none', async () => {
    const [short, none] = [randomUUID(), randomUUID()];
    await ports().cache.set(short, 'x', { ttlSeconds: 0.05 });
    await ports().cache.set(none, 'x', { ttlSeconds: 10 });
    await ports().cache.set(none, 'x', { ttlSeconds: 0 });
    expect(await ports().cache.get(none)).toBeNull();
    await waitFor(async () => (await ports().cache.get(short)) === null);
  });

  it('deletes several, and nothing when asked for nothing', async () => {
    const keys = [randomUUID(), randomUUID()];
    for (const key of keys) await ports().cache.set(key, 'x', { ttlSeconds: 10 });
    await ports().cache.delete();
    await ports().cache.delete(...keys, randomUUID());
    expect(await Promise.all(keys.map((key) => ports().cache.get(key)))).toEqual([null, null]);
  });

  it('moves the time to live when set again, and keeps long values', async () => {
    const [key, long] = [randomUUID(), 'ä'.repeat(1_000_000)];
    await ports().cache.set(key, 'short', { ttlSeconds: 0.05 });
    await ports().cache.set(key, long, { ttlSeconds: 60 });
    await new Promise((resolve) => setTimeout(resolve, 80)); // the point is that time passes
    expect(await ports().cache.get(key)).toBe(long);
    await ports().cache.set(key, 'x', { ttlSeconds: 0.05 });
    await waitFor(async () => (await ports().cache.get(key)) === null);
  });

  it('sets and reads many, in order, and none', async () => {
    const { cache } = ports();
    const [one, two, absent] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await cache.getMany([])).toEqual([]);
    await cache.setMany([]);
    await cache.set(two, 'old', { ttlSeconds: 10 });
    await cache.setMany([
      { key: one, value: '1', ttlSeconds: 10 },
      { key: two, value: '2', ttlSeconds: 10 },
      { key: absent, value: 'x', ttlSeconds: 0 },
    ]);
    expect(await cache.getMany([two, absent, one, two])).toEqual(['2', null, '1', '2']);
  });

  it('adds only what is not there, once among many who try', async () => {
    const { cache } = ports();
    const [there, fresh] = [randomUUID(), randomUUID()];
    await cache.set(there, 'first', { ttlSeconds: 10 });
    const tries = await Promise.all(
      ['a', 'b', 'c'].map((value) =>
        cache.addMany([
          { key: there, value, ttlSeconds: 10 },
          { key: fresh, value, ttlSeconds: 10 },
        ]),
      ),
    );
    expect(tries.map(([first]) => first)).toEqual([false, false, false]);
    expect(tries.filter(([, second]) => second)).toHaveLength(1);
    expect(await cache.get(there)).toBe('first');
    expect(await cache.addMany([])).toEqual([]);
  });

  it('counts without losing one, and forgets the count after its time', async () => {
    const { cache } = ports();
    const key = randomUUID();
    const counts = await Promise.all(
      Array.from({ length: 20 }, () => cache.increment(key, { ttlSeconds: 10 })),
    );
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await cache.get(key)).toBe('20');
    await Promise.all([7, 31, 24].map((count) => cache.raise(key, count, { ttlSeconds: 10 })));
    expect(await cache.get(key)).toBe('31');
    await cache.increment(key, { ttlSeconds: 0.05 });
    await waitFor(async () => (await cache.get(key)) === null);
  });
}
