import { describe, expect, it } from 'vitest';
import { sharedStreams } from './shared-streams.js';

/** Counts how often it was made. */
function maker(text = 'answer') {
  const made = { times: 0 };
  const make = async () => {
    made.times++;
    return text;
  };
  return { made, make };
}

const page = { events: [], complete: true };

describe('a shared stream', () => {
  it('makes an answer once for all its members, and keeps it no longer than until all have it', async () => {
    const streams = sharedStreams();
    const members = ['a', 'b', 'c'].map(() => streams.join('key'));
    const { made, make } = maker();
    for (const member of members) expect(await member.answer(1, make)).toBe('answer');
    expect(made.times).toBe(1);
    // One of them asks again: nobody else is waiting for it any more.
    await members[0]?.answer(1, make);
    expect(made.times).toBe(2);
  });

  it('is another one for another key, and gone with its last member', async () => {
    const streams = sharedStreams();
    const [one, other] = [streams.join('one'), streams.join('other')];
    const { made, make } = maker();
    await one.answer(1, make);
    await other.answer(1, make);
    expect(made.times).toBe(2);
    one.leave();
    expect(streams.size).toBe(1);
  });

  it('does not remember a failure', async () => {
    const streams = sharedStreams();
    const [one, two] = [streams.join('key'), streams.join('key')];
    const fails = () => Promise.reject(new Error('not now'));
    await expect(one.answer(1, fails)).rejects.toThrow('not now');
    expect(await two.answer(1, maker().make)).toBe('answer');
  });

  it.each([
    ['number', 300, 'short'],
    ['size', 10, 'x'.repeat(100_000)],
  ])('bounds the %s of answers that wait for a slow member', async (_what, count, text) => {
    const streams = sharedStreams();
    const [quick, slow] = [streams.join('key'), streams.join('key')];
    const { made, make } = maker(text);
    for (let place = 1; place <= count; place++) await quick.answer(place, make);
    // The newest one is there; the first has made room, and is made anew.
    await slow.answer(count, make);
    expect(made.times).toBe(count);
    await slow.answer(1, make);
    expect(made.times).toBe(count + 1);
  });

  it('reads a page once for all who ask before it is read, and never gives an older one', async () => {
    const streams = sharedStreams();
    const [one, two] = [streams.join('key'), streams.join('key')];
    let reads = 0;
    let finish: () => void = () => undefined;
    const read = async () => {
      reads++;
      await new Promise<void>((resolve) => (finish = resolve));
      return page;
    };
    const together = [one.replay(7, read), two.replay(7, read)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toBe(1);
    // Under way: what was written since may be missing in it.
    const later = two.replay(7, async () => ({ ...page, complete: false }));
    finish();
    expect(await Promise.all(together)).toEqual([page, page]);
    expect((await later).complete).toBe(false);
  });

  it('asks its owner once for all who open the same at once', async () => {
    const streams = sharedStreams();
    let asked = 0;
    const open = async () => {
      asked++;
      return { topics: [], position: 1, replayable: true, positionArgument: undefined };
    };
    await Promise.all([streams.open('key', open), streams.open('key', open)]);
    expect(asked).toBe(1);
    await streams.open('other', open);
    expect(asked).toBe(2);
  });
});
