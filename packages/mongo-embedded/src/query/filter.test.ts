import { Decimal128, Double, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { compileFilter } from './filter.js';

const matches = (filter: Document, document: Document): boolean => compileFilter(filter)(document);

describe('compileFilter', () => {
  it.each<[Document, Document, boolean]>([
    [{ a: null }, {}, true],
    [{ a: null }, { a: null }, true],
    [{ a: null }, { a: [1, null] }, true],
    [{ a: null }, { a: 0 }, false],
    [{ 'a.b': null }, { a: [{ b: 1 }, {}] }, true],
    [{ a: 1 }, { a: new Double(1) }, true],
    [{ a: 1 }, { a: 1n }, true],
    [{ a: 1n }, { a: 1 }, true],
    [{ a: Decimal128.fromString('1.0') }, { a: 1 }, true],
    [{ a: 'x' }, { a: ['x', 'y'] }, true],
    [{ a: ['x'] }, { a: ['x', 'y'] }, false],
    [{ a: ['x', 'y'] }, { a: ['x', 'y'] }, true],
    [{ a: ['x'] }, { a: [['x'], 'y'] }, true],
    [{ 'a.1': 'y' }, { a: ['x', 'y'] }, true],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, true],
    [{ a: { $gt: 3 } }, { a: 'x' }, false],
    [{ a: { $gt: 3 } }, { a: [1, 5] }, true],
    [{ a: { $gt: 1, $lt: 4 } }, { a: [0, 9] }, true],
    [{ a: { $elemMatch: { $gt: 1, $lt: 4 } } }, { a: [0, 9] }, false],
    [{ a: { $elemMatch: { $gt: 3 } } }, { a: [[5]] }, false],
    [{ a: { $gte: Infinity } }, { a: Infinity }, true],
    [{ a: { $lt: 5 } }, { a: Decimal128.fromString('NaN') }, false],
    [{ a: { $lte: null } }, {}, true],
    [{ a: { $gte: Number.NaN } }, { a: Number.NaN }, true],
    [{ a: { $lt: 5 } }, { a: Number.NaN }, false],
    [{ a: { $ne: 'x' } }, { a: ['x', 'y'] }, false],
    [{ a: { $nin: [1, 2] } }, { a: [3] }, true],
    [{ a: { $not: { $gt: 3 } } }, {}, true],
    [{ a: { $in: [/^b/, null] } }, { a: 'abc' }, false],
    [{ a: { $in: [/^b/, null] } }, {}, true],
    [{ a: { $all: ['x', 'y'] } }, { a: ['y', 'z', 'x'] }, true],
    [{ a: { $all: [] } }, { a: [] }, false],
    [{ a: { $size: 0 } }, { a: [] }, true],
    [{ a: { $size: 1 } }, { a: 'x' }, false],
    [{ a: { $type: 'double' } }, { a: 1 }, false],
    [{ a: { $type: 'double' } }, { a: new Double(1) }, true],
    [{ a: { $type: 'number' } }, { a: 1n }, true],
    [{ a: { $type: 'array' } }, { a: [1] }, true],
    [{ a: { $type: 'string' } }, { a: ['x'] }, true],
    [{ a: { $exists: false } }, { a: null }, false],
    [{ 'a.b': { $exists: true } }, { a: [{ c: 1 }] }, false],
    [{ a: { $mod: [3, 1] } }, { a: 7n }, true],
    [{ a: { $bitsAllSet: 5 } }, { a: 7 }, true],
    [{ a: { $regex: 'B', $options: 'i' } }, { a: 'abc' }, true],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, false],
    [
      { m: { $elemMatch: { id: 2, k: 1 } } },
      {
        m: [
          { id: 2, k: 2 },
          { id: 1, k: 1 },
        ],
      },
      false,
    ],
    [
      { 'm.id': 2, 'm.k': 1 },
      {
        m: [
          { id: 2, k: 2 },
          { id: 1, k: 1 },
        ],
      },
      true,
    ],
    [{ $or: [{ a: 1 }, { b: 1 }] }, { b: 1 }, true],
    [{ $nor: [{ a: 1 }, { b: 1 }] }, { b: 1 }, false],
    [{ $expr: { $gt: ['$a', '$b'] } }, { a: 2n, b: new Double(1) }, true],
    [{ constructor: { $exists: true } }, {}, false],
  ])('%o on %o', (filter, document, expected) => {
    expect(matches(filter, document)).toBe(expected);
  });

  it('compares ObjectIds by value', () => {
    const [low, high] = [new ObjectId('0'.repeat(24)), new ObjectId('f'.repeat(24))];
    expect(matches({ _id: { $gt: low } }, { _id: high })).toBe(true);
    expect(matches({ _id: new ObjectId(high.toHexString()) }, { _id: high })).toBe(true);
  });

  it.each([
    { a: { $foo: 1 } },
    { $foo: 1 },
    { a: { $in: 1 } },
    { $or: [] },
    { a: { $regex: '(' } },
    { a: { $type: 'nope' } },
    { a: { $mod: [0, 1] } },
    { a: { $gt: 1, $bogus: 2 } },
    { a: { $elemMatch: { $bogus: 1 } } },
  ])('refuses %j before any document is seen', (filter) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ code: 2 }) as Error);
  });

  it.each([{ $where: 'true' }])('says that %j is missing', (filter) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ code: 238 }) as Error);
  });
});
