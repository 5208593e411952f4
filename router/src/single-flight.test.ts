import { describe, expect, it } from 'vitest';
import { newCancellation, type Cancellation } from './cancellation.js';
import { singleFlight } from './single-flight.js';

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('single flight', () => {
  it('runs work once for all who ask meanwhile, and anew afterwards', async () => {
    const flight = singleFlight<number>();
    const work = [deferred<number>(), deferred<number>()];
    let runs = 0;
    const ask = () =>
      flight.run('key', undefined, () => (work[runs++] ?? deferred<number>()).promise);
    const together = Promise.all([ask(), ask(), ask()]);
    work[0]?.resolve(1);
    expect(await together).toEqual([1, 1, 1]);
    work[1]?.resolve(2);
    expect([await ask(), runs]).toEqual([2, 2]);
  });

  it('tells apart what differs in detail alone', async () => {
    const flight = singleFlight<string>();
    const work = new Map(['a', 'b'].map((detail) => [detail, deferred<string>()]));
    const runs: string[] = [];
    const ask = (detail: string) =>
      flight.run(
        'key',
        undefined,
        () => {
          runs.push(detail);
          return (work.get(detail) ?? deferred<string>()).promise;
        },
        detail,
      );
    const asked = [ask('a'), ask('b'), ask('a'), ask('b')];
    work.get('b')?.resolve('for b');
    expect(await asked[3]).toBe('for b');
    const late = ask('a');
    work.get('a')?.resolve('for a');
    expect(await Promise.all([...asked, late])).toEqual([
      ...['for a', 'for b', 'for a', 'for b', 'for a'],
    ]);
    expect(runs).toEqual(['a', 'b']);
  });

  it('tells a failure to all, and does not keep it', async () => {
    const flight = singleFlight<number>();
    const failing = () => Promise.reject(new Error('down'));
    const both = [1, 2].map(() => flight.run('key', undefined, failing));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(
      Array(2).fill('rejected'),
    );
    expect(await flight.run('key', undefined, async () => 7)).toBe(7);
  });

  it('gives up only when the last one has left, and nobody joins what is given up', async () => {
    const flight = singleFlight<string>();
    const first = deferred<string>();
    let given: Cancellation | undefined;
    const people = [newCancellation(), newCancellation()];
    const waiting = people.map((person) =>
      flight.run('key', person, (joint) => {
        given = joint;
        return first.promise;
      }),
    );
    people[0]?.cancel();
    expect(given?.isCancelled).toBe(false);
    people[1]?.cancel();
    expect(given?.isCancelled).toBe(true);
    expect(await flight.run('key', undefined, async () => 'anew')).toBe('anew');
    first.resolve('old');
    expect(await Promise.all(waiting)).toEqual(['old', 'old']);
  });
});
