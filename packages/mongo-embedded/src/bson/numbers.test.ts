import { Decimal128, Double } from 'bson';
import { describe, expect, it } from 'vitest';
import { decode, encode } from './codec.js';
import { add, multiply } from './numbers.js';
import { typeName } from './types.js';

describe('numbers', () => {
  it('keeps its BSON type through a round trip', () => {
    const document = {
      int: 1,
      double: new Double(1),
      fraction: 1.5,
      big: 2 ** 40,
      zero: new Double(-0),
      long: 5n,
      decimal: Decimal128.fromString('1.10'),
    };
    const read = decode(encode(document));
    expect(Object.values(read).map(typeName)).toEqual([
      'int',
      'double',
      'double',
      'double',
      'double',
      'long',
      'decimal',
    ]);
    expect(encode(read)).toEqual(encode(document));
  });

  it('promotes like MongoDB: int32, int64, double, decimal', () => {
    expect(add(1, 2)).toBe(3);
    expect(add(2 ** 31 - 1, 1)).toBe(2147483648n);
    expect(add(1n, 1)).toBe(2n);
    expect(add(1, new Double(1))).toEqual(new Double(2));
    expect(add(1n, 0.5)).toBe(1.5);
    expect(String(add(Decimal128.fromString('1.10'), 1))).toBe('2.10');
    // 15 digits of a double, as MongoDB takes them.
    expect(String(add(Decimal128.fromString('1.10'), 0.1 + 0.2))).toBe('1.400000000000000');
    expect(String(multiply(Decimal128.fromString('0.1'), 3n))).toBe('0.3');
  });

  it('refuses to overflow int64', () => {
    expect(() => add(2n ** 63n - 1n, 1)).toThrow(/int64/);
  });
});
