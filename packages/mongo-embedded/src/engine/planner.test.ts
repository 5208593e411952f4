import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { parseSort } from '../query/sort.js';
import { parseIndexSpec } from './index-spec.js';
import { orderedIndex } from './ordered-index.js';
import { planQuery } from './planner.js';

const index = (key: Document, options: Document = {}) =>
  orderedIndex(parseIndexSpec({ name: Object.keys(key).join('_'), key, ...options }));

function plan(indexes: ReturnType<typeof index>[], filter: Document, sort: Document = {}) {
  const {
    index: chosen,
    sorted,
    reverse,
  } = planQuery(indexes, {
    filter,
    sort: parseSort(sort),
    limited: true,
  });
  return { name: chosen?.spec.name, sorted, reverse };
}

describe('planQuery', () => {
  const queue = index({ status: 1, priority: -1, dueAt: 1 });

  it('serves equality and sort from one compound index', () => {
    const sort = { priority: -1, dueAt: 1 };
    expect(plan([queue], { status: 'pending', dueAt: { $lte: new Date() } }, sort)).toEqual({
      name: 'status_priority_dueAt',
      sorted: true,
      reverse: false,
    });
    expect(plan([queue], { status: 'pending' }, { priority: 1, dueAt: -1 })).toMatchObject({
      sorted: true,
      reverse: true,
    });
    expect(plan([queue], { status: 'pending' }, { priority: 1, dueAt: 1 }).sorted).toBe(false);
  });

  it('skips what a later field leaves out, between equalities and order', () => {
    const request = { sort: parseSort({ priority: -1 }), limited: true };
    const filter = { status: 'pending', dueAt: { $lte: new Date() } };
    expect(planQuery([queue], { ...request, filter }).skip).toMatchObject({ field: 1 });
    const open = planQuery([queue], { ...request, filter: { status: 'pending' } });
    expect(open.skip).toBeUndefined();
  });

  it('does not take the order of an index over several points for a sort', () => {
    expect(plan([queue], { status: { $in: ['a', 'b'] } }, { priority: -1 }).sorted).toBe(false);
  });

  it('prefers the index with more equalities', () => {
    const other = index({ status: 1, owner: 1 });
    expect(plan([queue, other], { status: 'a', owner: 'b' }).name).toBe('status_owner');
  });

  it('uses a partial index only for queries inside it', () => {
    const partial = index({ owner: 1 }, { partialFilterExpression: { active: true } });
    expect(plan([partial], { owner: 'a' }).name).toBeUndefined();
    expect(plan([partial], { owner: 'a', active: true }).name).toBe('owner');
    const exists = index({ slug: 1 }, { partialFilterExpression: { slug: { $exists: true } } });
    expect(plan([exists], { slug: 'a' }).name).toBe('slug');
    expect(plan([exists], { slug: null }).name).toBeUndefined();
  });

  it('uses a sparse index only when the field must be there', () => {
    const sparse = index({ slug: 1 }, { sparse: true });
    expect(plan([sparse], { slug: 'a' }).name).toBe('slug');
    expect(plan([sparse], {}, { slug: 1 }).name).toBeUndefined();
    expect(plan([sparse], { slug: null }).name).toBeUndefined();
  });

  it('does not sort by a multikey index', () => {
    const tags = index({ tags: 1 });
    tags.insert(tags.keysOf({ tags: ['a', 'b'] }), 1);
    expect(plan([tags], {}, { tags: 1 }).sorted).toBe(false);
  });

  it('reads the common bound out of a cursor condition', () => {
    const feed = index({ user: 1, createdAt: -1, _id: -1 });
    const at = new Date(1000);
    const filter = {
      user: 'u',
      $or: [{ createdAt: { $lt: at } }, { createdAt: at, _id: { $lt: 'x' } }],
    };
    const found = planQuery([feed], {
      filter,
      sort: parseSort({ createdAt: -1, _id: -1 }),
      limited: true,
    });
    expect(found.sorted).toBe(true);
    const keys = [900, 1000, 1100].map((time) =>
      feed.keysOf({ user: 'u', createdAt: new Date(time), _id: 'a' }),
    );
    const inRange = keys.map(([key = '']) =>
      found.ranges.some(({ low, high }) => key >= low && key < high),
    );
    expect(inRange).toEqual([true, true, false]);
  });

  it('refuses a hint that names no index', () => {
    expect(() =>
      planQuery([queue], { filter: {}, sort: [], limited: false, hint: 'nope' }),
    ).toThrow(/hint/);
  });
});
