import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { compileProjection } from './projection.js';

const document: Document = {
  _id: 1,
  a: { b: 1, c: 2n },
  l: [{ x: 1, y: 1 }, { x: 9, y: 2 }, 5],
  s: 'text',
};

describe('compileProjection', () => {
  it.each<[Document, Document]>([
    [{}, document],
    [{ 'a.b': 1 }, { _id: 1, a: { b: 1 } }],
    [{ a: { c: 1 }, _id: 0 }, { a: { c: 2n } }],
    [{ 'l.x': 1, _id: 0 }, { l: [{ x: 1 }, { x: 9 }] }],
    [
      { l: 0, 'a.c': 0 },
      { _id: 1, a: { b: 1 }, s: 'text' },
    ],
    [{ _id: 0, l: 0, a: 0 }, { s: 'text' }],
    [{ _id: 1 }, { _id: 1 }],
    [{ l: { $elemMatch: { x: 9 } } }, { _id: 1, l: [{ x: 9, y: 2 }] }],
    [
      { l: { $slice: 1 }, a: 0, s: 0 },
      { _id: 1, l: [{ x: 1, y: 1 }] },
    ],
    [
      { s: 1, l: { $slice: [-2, 1] } },
      { _id: 1, s: 'text', l: [{ x: 9, y: 2 }] },
    ],
    [{ _id: 0, up: { $toUpper: '$s' } }, { up: 'TEXT' }],
    [{ _id: '$s' }, { _id: 'text' }],
    [{ _id: 0, 'deep.copy': '$s' }, { deep: { copy: 'text' } }],
  ])('%j', (spec, expected) => {
    expect(compileProjection(spec)(document)).toEqual(expected);
  });

  it('refuses to mix inclusion and exclusion, collisions and unknown operators', () => {
    expect(() => compileProjection({ a: 1, s: 0 })).toThrow(/exclusion/);
    expect(() => compileProjection({ a: 1, 'a.b': 1 })).toThrow(/collision/);
    expect(() => compileProjection({ a: { $bogus: 1 } })).toThrow(/Unrecognized expression/);
    expect(() => compileProjection({ a: { $meta: 'textScore' } })).toThrow(/not implemented/);
  });
});
