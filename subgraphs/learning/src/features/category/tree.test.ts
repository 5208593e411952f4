import { describe, expect, it } from 'vitest';
import { childrenIn, cycleBelow, wayUp } from './tree.js';

const category = (id: string, parentId: string | null, position: number) => ({
  ...{ id, parentId, position, slug: id },
  names: { en: id, es: id, pt: id },
});
const tree = [
  category('arts', null, 2),
  category('science', null, 1),
  category('maths', 'science', 1),
  category('algebra', 'maths', 1),
];
const ids = (given: readonly { id: string }[] | null) => given?.map(({ id }) => id) ?? null;

describe('the tree', () => {
  it('gives children in order', () => {
    expect(ids(childrenIn(tree, null))).toEqual(['science', 'arts']);
    expect(ids(childrenIn(tree, 'maths'))).toEqual(['algebra']);
  });

  it('leads up to the top', () => {
    expect(ids(wayUp(tree, 'algebra'))).toEqual(['algebra', 'maths', 'science']);
    expect(ids(wayUp(tree, null))).toEqual([]);
  });

  it('names the way of a cycle, and knows when there is none', () => {
    expect(ids(cycleBelow(tree, 'science', 'algebra'))).toEqual([
      'science',
      'maths',
      'algebra',
      'science',
    ]);
    expect(ids(cycleBelow(tree, 'maths', 'maths'))).toEqual(['maths', 'maths']);
    expect(cycleBelow(tree, 'maths', 'arts')).toBeNull();
    expect(cycleBelow(tree, 'maths', null)).toBeNull();
  });
});
