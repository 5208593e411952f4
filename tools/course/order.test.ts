import { describe, expect, it } from 'vitest';
import { inPrerequisiteOrder } from './order.js';

const item = (key: string, ...needs: string[]) => ({ key, needs });
const order = (...items: ReturnType<typeof item>[]) =>
  inPrerequisiteOrder(
    items,
    ({ key }) => key,
    ({ needs }) => needs,
  )
    .map(({ key }) => key)
    .join('');

describe('inPrerequisiteOrder', () => {
  it('keeps the given order where it can', () => {
    expect(order(item('a'), item('b', 'a'), item('c'))).toBe('abc');
  });

  it('takes what is needed first, over several steps', () => {
    expect(order(item('a', 'c'), item('b'), item('c', 'd'), item('d'))).toBe('dcab');
  });

  it('ignores needs that are not there', () => {
    expect(order(item('a', 'elsewhere'))).toBe('a');
  });

  it('refuses items that wait for each other', () => {
    expect(() => order(item('a', 'b'), item('b', 'a'))).toThrow('“a” waits for itself');
  });
});
