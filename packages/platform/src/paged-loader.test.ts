import { AppError } from './errors.js';
import { expect, it } from 'vitest';
import { pagedLoader } from './paged-loader.js';

it('asks once for all parents of a page, and refuses one without the others', async () => {
  const calls: unknown[] = [];
  const loader = pagedLoader<string>(async (ids, after, limit) => {
    calls.push([ids, after, limit]);
    return ids.map((id) => (id === 'closed' ? new AppError('FORBIDDEN') : [`row of ${id}`]));
  });
  const load = (parentId: string, limit = 3) => loader.load({ parentId, after: null, limit });
  const answers = await Promise.allSettled([load('a'), load('closed'), load('b', 5), load('a')]);
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await load('a')).toEqual(['row of a']);
  expect(calls).toEqual([
    [['a', 'closed'], null, 3],
    [['b'], null, 5],
  ]);
});
