import { describe, expect, it } from 'vitest';
import { ClientError } from '../client/errors.js';
import { expect as demand, startPlay } from './play.js';

describe('startPlay', () => {
  it('passes values on and prints a line with a tick, the time and the remarks', async () => {
    const lines: string[] = [];
    const play = startPlay((line) => lines.push(line));
    const first = await play.step('first', [], async () => 20);
    const second = await play.step('second', [first], async ([value], say) => {
      say(`got ${value}`);
      return value + 1;
    });
    expect(second).toEqual({ ok: true, value: 21 });
    expect(lines).toEqual([
      expect.stringMatching(/^✓ first \(\d+ ms\)$/),
      expect.stringMatching(/^✓ second \(\d+ ms\): got 20$/),
    ]);
    expect(play.steps.map(({ name, ok }) => ({ name, ok }))).toEqual([
      { name: 'first', ok: true },
      { name: 'second', ok: true },
    ]);
  });

  it('tells why a step failed, and does not try what needs it', async () => {
    const lines: string[] = [];
    const play = startPlay((line) => lines.push(line));
    const broken = await play.step('broken', [], async () => {
      demand(false, 'the platform said no');
    });
    let tried = false;
    const dependent = await play.step('dependent', [broken], async () => {
      tried = true;
    });
    const other = await play.step('other', [], async () => 1);
    await play.step('last', [other, dependent], async () => 1);
    expect(tried).toBe(false);
    expect(play.steps.map(({ ok }) => ok)).toEqual([false, false, true, false]);
    expect(lines[0]).toMatch(/^✗ broken \(\d+ ms\): the platform said no$/);
    expect(lines[1]).toBe('✗ dependent (0 ms): not tried, it needs “broken”');
    expect(lines[3]).toBe('✗ last (0 ms): not tried, it needs “dependent”');
  });

  it('shows the stack of a defect, and only the message of an expected failure', async () => {
    const lines: string[] = [];
    const play = startPlay((line) => lines.push(line));
    await play.step('defect', [], async () => {
      throw new TypeError('x is undefined');
    });
    await play.step('failure', [], async () => {
      throw new ClientError('no answer');
    });
    expect(lines[0]).toContain('play.test.ts');
    expect(lines[1]).not.toContain('play.test.ts');
  });
});
