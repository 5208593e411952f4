import { Decimal128, Double, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { compileUpdate } from './apply.js';
import { upsertDocument } from './upsert.js';

function apply(
  document: Document,
  update: unknown,
  { filter = {}, arrayFilters }: { filter?: Document; arrayFilters?: unknown } = {},
): Document {
  return compileUpdate({ filter, update, arrayFilters }).apply(document);
}

describe('compileUpdate', () => {
  it.each<[string, Document, Document, Document]>([
    ['$set creates parents', {}, { $set: { 'a.b': 1 } }, { a: { b: 1 } }],
    ['$set reaches into arrays', { a: [1] }, { $set: { 'a.2': 3 } }, { a: [1, null, 3] }],
    ['$unset leaves a hole', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
    ['$inc creates', {}, { $inc: { n: 2 } }, { n: 2 }],
    ['$inc keeps int64', { n: 1n }, { $inc: { n: 1 } }, { n: 2n }],
    ['$inc keeps doubles', { n: new Double(1) }, { $inc: { n: 1 } }, { n: new Double(2) }],
    ['$mul of nothing is 0', {}, { $mul: { n: 2 } }, { n: 0 }],
    ['$min, $max', { a: 5, b: 5 }, { $min: { a: 3 }, $max: { b: 3 } }, { a: 3, b: 5 }],
    ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c.d' } }, { b: 2, c: { d: 1 } }],
    ['$push', { a: [1] }, { $push: { a: [2] } }, { a: [1, [2]] }],
    [
      '$push with modifiers',
      { a: [5, 1] },
      { $push: { a: { $each: [3, 9], $sort: -1, $slice: 3 } } },
      { a: [9, 5, 3] },
    ],
    [
      '$push at a position',
      { a: [1] },
      { $push: { a: { $each: [0], $position: 0 } } },
      { a: [0, 1] },
    ],
    ['$addToSet', { a: [1] }, { $addToSet: { a: { $each: [1n, 2, 2] } } }, { a: [1, 2] }],
    ['$pull by condition', { a: [1, 5] }, { $pull: { a: { $gte: 3 } } }, { a: [1] }],
    ['$pull of documents', { a: [{ u: 1, v: 2 }] }, { $pull: { a: { u: 1 } } }, { a: [] }],
    ['$pullAll', { a: [1, 2, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    ['$pop', { a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] }],
    ['$bit', { a: 5 }, { $bit: { a: { and: 4, or: 1 } } }, { a: 5 }],
    ['all elements', { a: [1, 2] }, { $inc: { 'a.$[]': 1 } }, { a: [2, 3] }],
    ['replacement keeps _id', { _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
  ])('%s', (_name, document, update, expected) => {
    const before = structuredClone(document);
    expect(apply(document, update)).toEqual(expected);
    expect(document).toEqual(before);
  });

  it('adds fields in the order of their paths, as MongoDB does', () => {
    const update = { $set: { z: 1, 'a.10': 1, 'a.9': 1 }, $inc: { m: 1 }, $rename: { old: 'b' } };
    const result = apply({ old: 0, a: {} }, update);
    expect(JSON.stringify(result)).toBe('{"a":{"9":1,"10":1},"b":0,"m":1,"z":1}');
    const upserted = upsertDocument(
      { _id: 1, user: 'u', course: 'c' },
      compileUpdate({ filter: {}, update: { $set: { at: 0 } } }),
    );
    expect(Object.keys(upserted)).toEqual(['_id', 'course', 'user', 'at']);
  });

  it('finds the element that the query matched', () => {
    const document = {
      m: [
        { id: 1, k: 2 },
        { id: 2, k: 2 },
      ],
    };
    const second = {
      m: [
        { id: 1, k: 2 },
        { id: 2, k: 2, s: 7 },
      ],
    };
    const update = { $set: { 'm.$.s': 7 } };
    expect(apply(document, update, { filter: { 'm.id': 2 } })).toEqual(second);
    expect(apply(document, update, { filter: { m: { $elemMatch: { id: 2, k: 2 } } } })).toEqual(
      second,
    );
    expect(() => apply(document, update, { filter: {} })).toThrow(/positional/);
  });

  it('applies arrayFilters, also two that share a prefix', () => {
    const document = {
      c: [
        { id: 1, v: 1 },
        { id: 2, v: 1, r: [{ u: 'a' }, { u: 'b' }] },
      ],
    };
    const update = { $inc: { 'c.$[e].v': 5 }, $set: { 'c.$[e].r.$[q].n': 9 } };
    const arrayFilters = [{ 'e.id': 2 }, { 'q.u': 'b' }];
    expect(apply(document, update, { arrayFilters })).toEqual({
      c: [
        { id: 1, v: 1 },
        { id: 2, v: 6, r: [{ u: 'a' }, { u: 'b', n: 9 }] },
      ],
    });
    expect(() => apply(document, { $set: { x: 1 } }, { arrayFilters })).toThrow(/not used/);
    expect(() => apply(document, { $set: { 'c.$[z].x': 1 } })).toThrow(/No array filter/);
  });

  it('runs pipelines and leaves the types of untouched fields alone', () => {
    const document = {
      _id: 1,
      a: 1,
      long: 5n,
      double: new Double(2),
      d: Decimal128.fromString('1.1'),
    };
    const result = apply(document, [{ $set: { sum: { $add: ['$a', '$long'] } } }, { $unset: 'a' }]);
    expect(result).toEqual({ _id: 1, long: 5n, double: new Double(2), d: document.d, sum: 6 });
    expect(() => apply(document, [{ $group: { _id: 1 } }])).toThrow(/not allowed/);
  });

  it('sets dates and timestamps', () => {
    const result = apply({}, { $currentDate: { at: true, ts: { $type: 'timestamp' } } });
    expect(result['at']).toBeInstanceOf(Date);
    expect(result['ts']).toBeInstanceOf(Timestamp);
  });

  it.each<[string, Document, unknown, number]>([
    ['conflict', { a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['conflict with a parent', {}, { $set: { a: {}, 'a.b': 1 } }, 40],
    ['_id', { _id: 1 }, { $set: { _id: 2 } }, 66],
    ['$inc on a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['$inc by a string', { a: 1 }, { $inc: { a: 'x' } }, 14],
    ['$push on a scalar', { a: 1 }, { $push: { a: 1 } }, 2],
    ['a scalar in the way', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['$pull with a scalar in the way', { a: 1 }, { $pull: { 'a.b': 1 } }, 28],
    ['$pop on a scalar', { a: 1 }, { $pop: { a: 1 } }, 14],
    ['$rename to itself', { a: 1 }, { $rename: { a: 'a' } }, 2],
    ['$rename out of an array', { a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, 2],
    ['unknown operator', {}, { $foo: { a: 1 } }, 9],
    ['mixed replacement', {}, { a: 1, $set: { b: 1 } }, 52],
    ['prototype operator', {}, { $constructor: { a: 1 } }, 9],
  ])('refuses: %s', (_name, document, update, code) => {
    expect(() => apply(document, update)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('does not touch prototypes', () => {
    apply({}, { $set: { '__proto__.polluted': 1, 'constructor.prototype.polluted': 1 } });
    expect(({} as Document)['polluted']).toBeUndefined();
  });
});

describe('upsertDocument', () => {
  const upsert = (filter: Document, update: unknown): Document =>
    upsertDocument(filter, compileUpdate({ filter, update }));

  it('starts from the equalities of the filter', () => {
    const filter = { _id: 1, 'k.x': { $eq: 1 }, n: { $gt: 5 }, $and: [{ u: 'a' }] };
    expect(upsert(filter, { $inc: { count: 1 }, $setOnInsert: { at: 0 } })).toEqual({
      _id: 1,
      k: { x: 1 },
      u: 'a',
      count: 1,
      at: 0,
    });
  });

  it('takes the _id of a replacement or makes one, first in the document', () => {
    expect(upsert({ _id: 7 }, { a: 1 })).toEqual({ _id: 7, a: 1 });
    const made = upsert({ a: 1 }, { $set: { b: 1 } });
    expect(Object.keys(made)[0]).toBe('_id');
    expect(made['_id']).toBeInstanceOf(ObjectId);
  });

  it('refuses equalities one of which is inside the other', () => {
    expect(() => upsert({ a: { b: 1 }, 'a.b': 1 }, { $set: { c: 1 } })).toThrow(
      expect.objectContaining({ code: 54 }) as Error,
    );
  });
});
