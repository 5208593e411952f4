import { describe, expect, it } from 'vitest';
import { turns } from './turns.js';

describe('turns', () => {
  it('are taken in order, so many at once, also after failures', async () => {
    const two = turns(2);
    const events: string[] = [];
    let open = 0;
    const work = (name: number) =>
      two.run(async () => {
        open++;
        expect(open).toBeLessThanOrEqual(2);
        events.push(`begin ${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        if (name === 1) throw new Error('fails');
        return name;
      });
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
    expect(events).toEqual([0, 1, 2, 3, 4].map((name) => `begin ${name}`));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await work(5)).toBe(5);
  });
});
