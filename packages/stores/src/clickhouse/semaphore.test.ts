import { describe, expect, it } from 'vitest';
import { semaphore } from './semaphore.js';

describe('semaphore', () => {
  it('runs at most so many at once, all of them in order, failures included', async () => {
    const limited = semaphore(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const work = (n: number) =>
      limited(async () => {
        begun.push(n);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (n % 4 === 0) throw new Error('fails');
        return n;
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => work(n)));
    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  });
});
