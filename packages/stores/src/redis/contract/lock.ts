import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { RedisPorts } from '../ports.js';

export function lockContract(ports: () => RedisPorts): void {
  it('lets one of many in, and the next after it', async () => {
    const lock = randomUUID();
    let inside = 0;
    let most = 0;
    const attempt = () =>
      ports().lock.withLock(lock, { ttlMs: 1_000 }, async () => {
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
    const lock = randomUUID();
    const signals: AbortSignal[] = [];
    let finish: () => void = () => undefined;
    const holding = ports().lock.withLock(lock, { ttlMs: 100 }, async (signal) => {
      signals.push(signal);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await new Promise((resolve) => setTimeout(resolve, 350)); // the point is that time passes
    expect(await ports().lock.withLock(lock, { ttlMs: 100 }, async () => true)).toBeUndefined();
    expect(signals[0]?.aborted).toBe(false);
    finish();
    await holding;
    expect(await ports().lock.withLock(lock, { ttlMs: 100 }, async () => true)).toBe(true);
  });

  it('is released when the work fails, with its error', async () => {
    const lock = randomUUID();
    const failing = ports().lock.withLock(lock, { ttlMs: 1_000 }, async () => {
      throw new Error('work failed');
    });
    await expect(failing).rejects.toThrow('work failed');
    expect(await ports().lock.withLock(lock, { ttlMs: 1_000 }, async () => 1)).toBe(1);
  });
}
