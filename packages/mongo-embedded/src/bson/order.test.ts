import { Binary, Decimal128, Double, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, compareValues, descendingKey, equalValues, orderKey } from './order.js';

const sign = (value: number): number => Math.sign(value);

describe('orderKey', () => {
  it('sorts the types in MongoDB’s order', () => {
    const ascending = [
      new MinKey(),
      null,
      Number.NaN,
      -Infinity,
      -1.5,
      0,
      1,
      Infinity,
      '',
      'a',
      {},
      { a: 1 },
      [],
      [0],
      new Binary(Buffer.from([1])),
      new ObjectId('000000000000000000000001'),
      false,
      true,
      new Date(-1),
      new Date(0),
      new Timestamp({ t: 1, i: 1 }),
      /a/,
      new MaxKey(),
    ];
    const keys = ascending.map(orderKey);
    expect([...keys].sort(compareKeys)).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('treats numbers of different types as equal when their values are', () => {
    for (const same of [1, new Double(1), 1n, Decimal128.fromString('1.0')])
      expect(equalValues(1, same)).toBe(true);
    expect(equalValues(0, -0)).toBe(true);
    expect(equalValues(9007199254740993n, 9007199254740992)).toBe(false);
    expect(compareValues(9007199254740993n, 9007199254740992)).toBe(1);
    // The double 0.1 is a little above the decimal 0.1.
    expect(compareValues(0.1, Decimal128.fromString('0.1'))).toBe(1);
  });

  it('compares doubles and 64-bit integers exactly', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    );
    fc.assert(
      fc.property(number, number, (left, right) => {
        const expected = left < right ? -1 : left > right ? 1 : 0;
        expect(sign(compareKeys(orderKey(left), orderKey(right)))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('compares texts by their UTF-8 bytes, as a prefix of compound keys too', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(text, text, fc.integer(), fc.integer(), (left, right, a, b) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
        const compound = compareKeys(orderKey(left) + orderKey(a), orderKey(right) + orderKey(b));
        expect(sign(compound)).toBe(bytes === 0 ? sign(a - b) : bytes);
      }),
      { numRuns: 2_000 },
    );
    expect(compareValues('a\u0000b', 'a')).toBe(1);
    expect(compareValues('\ud83d\ude00', '\uffee')).toBe(1);
  });

  it('turns the order round for descending fields', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const down = compareKeys(descendingKey(orderKey(left)), descendingKey(orderKey(right)));
        expect(down + compareKeys(orderKey(left), orderKey(right))).toBe(0);
      }),
    );
  });

  it('compares documents by type, name, value, then length', () => {
    expect(compareValues({ a: 1 }, { a: 2 })).toBe(-1);
    expect(compareValues({ a: 1 }, { b: 0 })).toBe(-1);
    expect(compareValues({ a: 'x' }, { b: 0 })).toBe(1);
    expect(compareValues({ a: 1 }, { a: 1, b: 1 })).toBe(-1);
    expect(equalValues({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  });
});
