import { describe, expect, it } from 'vitest';
import { Prisma } from '../../database.js';
import { behind, cursorKey, sortOf, sortValue } from './catalogue-sort.js';

const rank = () => Prisma.sql`rank`;
const id = '01890000-0000-7000-8000-000000000000';

describe('sortOf', () => {
  it('is by relevance where there are words, and by age where there are none', () => {
    expect(sortOf(null, 'snakes')).toEqual({ by: 'RELEVANCE', ascending: false });
    expect(sortOf(null, null)).toEqual({ by: 'NEWEST', ascending: false });
    const ascending = { by: 'RELEVANCE', direction: 'ASC' } as const;
    expect(sortOf(ascending, 'snakes')).toEqual({ by: 'RELEVANCE', ascending: true });
    expect(sortOf(ascending, null)).toEqual({ by: 'NEWEST', ascending: false });
  });

  it('goes the natural way unless told', () => {
    expect(sortOf({ by: 'PRICE' }, null).ascending).toBe(true);
    expect(sortOf({ by: 'RATING' }, null).ascending).toBe(false);
    expect(sortOf({ by: 'RATING', direction: 'ASC' }, null).ascending).toBe(true);
  });
});

describe('a cursor', () => {
  const price = sortOf({ by: 'PRICE' }, null);
  const value = sortValue(price, rank);

  it('is taken by its own sort', () => {
    const after = cursorKey(price, 'EUR0000000000000001999', id);
    expect(behind(price, value, after).values).toEqual(['EUR0000000000000001999', id]);
  });

  it.each([
    ['another sort', cursorKey(sortOf({ by: 'DURATION' }, null), 5, id)],
    ['the other way', cursorKey({ ...price, ascending: false }, 'EUR5', id)],
    ['a text without end', ['PRICE ASC', '9'.repeat(1_001), id]],
    ['no id', ['PRICE ASC', '0', 'x']],
    ['null', ['PRICE ASC', null, id]],
  ])('is refused: %s', (_what, after) => {
    expect(() => behind(price, value, after)).toThrow('not one of this list');
  });

  it.each(["1'; DROP", '9'.repeat(30), ''])(
    'of numbers is refused when it has none: %s',
    (last) => {
      const duration = sortOf({ by: 'DURATION' }, null);
      expect(() => behind(duration, sortValue(duration, rank), ['DURATION ASC', last, id])).toThrow(
        'not one of this list',
      );
    },
  );
});
