import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOrderOf, placed } from './order.js';

describe('placed', () => {
  it('puts one before, behind, at the end, and leaves the others in order', () => {
    expect(placed(['a', 'b', 'c'], 'c', 1)).toEqual(['c', 'a', 'b']);
    expect(placed(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'a', 'c']);
    expect(placed(['a', 'b', 'c'], 'a', 99)).toEqual(['b', 'c', 'a']);
    expect(placed(['a', 'b'], 'new', 2)).toEqual(['a', 'new', 'b']);
  });

  it('loses and doubles nobody', () => {
    const letters = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(letters, fc.nat(), fc.integer({ min: 1, max: 30 }), (ids, pick, position) => {
        const id = ids[pick % ids.length] ?? '';
        const order = placed(ids, id, position);
        expect(isOrderOf(ids, order)).toBe(true);
        expect(order.indexOf(id)).toBe(Math.min(position, ids.length) - 1);
        expect(order.filter((other) => other !== id)).toEqual(ids.filter((other) => other !== id));
      }),
    );
  });
});

describe('isOrderOf', () => {
  it.each([
    [['a', 'b'], ['b', 'a'], true],
    [[], [], true],
    [['a', 'b'], ['a'], false],
    [['a', 'b'], ['a', 'a'], false],
    [['a'], ['b'], false],
    [['a'], ['a', 'b'], false],
  ])('%j by %j is %s', (ids, order, expected) => {
    expect(isOrderOf(ids, order)).toBe(expected);
  });
});
