import { describe, expect, it } from 'vitest';
import { forEachConcurrently } from './concurrency.js';

/** Work that ends when it is told to. */
function manualWork() {
  const started: number[] = [];
  const finishers = new Map<number, { resolve: () => void; reject: (reason: Error) => void }>();
  const work = (item: number) => {
    started.push(item);
    return new Promise<void>((resolve, reject) => finishers.set(item, { resolve, reject }));
  };
  return { started, finishers, work };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('forEachConcurrently', () => {
  it('works on no more than its limit at a time, in order', async () => {
    const { started, finishers, work } = manualWork();
    const all = forEachConcurrently([1, 2, 3, 4], 2, work);
    await turn();
    expect(started).toEqual([1, 2]);
    finishers.get(2)?.resolve();
    await turn();
    expect(started).toEqual([1, 2, 3]);
    finishers.get(1)?.resolve();
    finishers.get(3)?.resolve();
    await turn();
    finishers.get(4)?.resolve();
    await expect(all).resolves.toBeUndefined();
  });

  it('takes nothing more after an error, and waits for what has begun', async () => {
    const { started, finishers, work } = manualWork();
    const all = forEachConcurrently([1, 2, 3, 4], 2, work);
    let ended = false;
    const outcome = all.catch((error: unknown) => error).finally(() => (ended = true));
    finishers.get(1)?.reject(new Error('broken'));
    await turn();
    expect(ended).toBe(false);
    finishers.get(2)?.resolve();
    await expect(outcome).resolves.toMatchObject({ message: 'broken' });
    expect(started).toEqual([1, 2]);
  });
});
