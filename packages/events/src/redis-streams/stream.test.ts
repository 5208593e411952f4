import { expect, it } from 'vitest';
import { compareIds } from './stream.js';

it('orders stream ids as numbers', () => {
  const ids = ['10-2', '9-11', '10-10', '9-2'];
  expect(ids.sort(compareIds)).toEqual(['9-2', '9-11', '10-2', '10-10']);
});
