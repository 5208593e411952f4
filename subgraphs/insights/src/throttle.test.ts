import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createThrottle } from './throttle.js';

const everyMs = 500;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A throttle whose deliveries are recorded, and take or fail as told. */
function recorded(behaviour: { takesMs?: number; fails?: () => boolean } = {}) {
  const deliveries: { at: number; items: string[] }[] = [];
  const errors: unknown[] = [];
  const throttle = createThrottle<string>({
    everyMs,
    async deliver(items) {
      const at = Date.now();
      if (behaviour.takesMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, behaviour.takesMs));
      }
      if (behaviour.fails?.() === true) throw new Error('unreachable');
      deliveries.push({ at, items: [...items] });
    },
    onError: (error) => errors.push(error),
  });
  return { throttle, deliveries, errors };
}

describe('createThrottle', () => {
  it('delivers the first at once, and the rest together at the end of the interval', async () => {
    const { throttle, deliveries } = recorded();
    const start = Date.now();
    throttle.add(['a']);
    await vi.advanceTimersByTimeAsync(100);
    throttle.add(['b']);
    throttle.add(['b', 'c']);
    await vi.advanceTimersByTimeAsync(10_000);
    throttle.add(['d']);
    await vi.advanceTimersByTimeAsync(0);
    expect(deliveries.map(({ at, items }) => [at - start, items])).toEqual([
      [0, ['a']],
      [500, ['b', 'c']],
      [10_100, ['d']],
    ]);
  });

  it('never delivers more often than said, and never loses the last', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(700)), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(900), fc.array(fc.nat(20)), async (adds, takesMs, failAt) => {
        let calls = 0;
        const { throttle, deliveries, errors } = recorded({
          takesMs,
          fails: () => failAt.includes(calls++),
        });
        const lastAdded = new Map<string, number>();
        for (const [item, pause] of adds) {
          throttle.add([item]);
          lastAdded.set(item, Date.now());
          await vi.advanceTimersByTimeAsync(pause);
        }
        await vi.advanceTimersByTimeAsync(60_000);
        for (const [item, time] of lastAdded) {
          const seen = deliveries.some(({ at, items }) => at >= time && items.includes(item));
          expect(seen).toBe(true);
        }
        deliveries.slice(1).forEach(({ at }, index) => {
          expect(at - (deliveries[index]?.at ?? 0)).toBeGreaterThanOrEqual(everyMs);
        });
        expect(errors.length + deliveries.length).toBe(calls);
      }),
      { numRuns: 100 },
    );
  });

  it('delivers what is left when it closes, and nothing after', async () => {
    const { throttle, deliveries } = recorded();
    throttle.add(['a']);
    throttle.add(['b']);
    await throttle.close();
    throttle.add(['c']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(deliveries.map(({ items }) => items)).toEqual([['a'], ['b']]);
  });
});
