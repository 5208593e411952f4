import { randomUUID } from 'node:crypto';
import { waitFor } from '@pcc/testkit';
import { expect, it } from 'vitest';
import type { RedisPorts } from '../ports.js';

export function rateLimiterContract(ports: () => RedisPorts): void {
  it('allows the points of a window, refuses the rest, and allows again afterwards', async () => {
    const key = randomUUID();
    const limit = { points: 3, perSeconds: 1 };
    const results = [];
    for (let call = 0; call < 5; call++) {
      results.push(await ports().rateLimiter.consume(key, limit));
    }
    expect(results.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
    expect(results.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
    expect(results[0]?.retryAfterSeconds).toBe(0);
    expect(results[3]?.retryAfterSeconds).toBe(1);
    await waitFor(async () => (await ports().rateLimiter.consume(key, limit)).allowed);
  });

  it('counts exactly under concurrency, and each key and limit for itself', async () => {
    const key = randomUUID();
    const limit = { points: 10, perSeconds: 60 };
    const results = await Promise.all(
      Array.from({ length: 25 }, () => ports().rateLimiter.consume(key, limit)),
    );
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect((await ports().rateLimiter.consume(randomUUID(), limit)).allowed).toBe(true);
    expect((await ports().rateLimiter.consume(key, { ...limit, points: 20 })).allowed).toBe(true);
  });
}
