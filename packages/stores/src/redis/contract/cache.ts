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
}
