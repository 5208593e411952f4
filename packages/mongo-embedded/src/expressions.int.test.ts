import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { startHarness } from './testing/harness.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

describe('aggregation expressions', () => {
  it('compute what MongoDB computes', async () => {
    const collection = await mongo.collection([
      { _id: 1, a: [1, 2, 3], s: 'Hi There', o: { x: 1 }, d: new Date('2024-03-01T00:00:00Z') },
    ]);
    const [row] = await collection
      .aggregate([
        {
          $project: {
            _id: 0,
            map: { $map: { input: '$a', as: 'v', in: { $multiply: ['$$v', 2] } } },
            filter: { $filter: { input: '$a', cond: { $gt: ['$$this', 1] } } },
            reduce: {
              $reduce: { input: '$a', initialValue: 0, in: { $add: ['$$value', '$$this'] } },
            },
            choice: {
              $switch: { branches: [{ case: { $eq: ['$_id', 1] }, then: 'one' }], default: 'x' },
            },
            split: { $split: ['$s', ' '] },
            pairs: { $objectToArray: '$o' },
            merged: { $mergeObjects: ['$o', { y: 2 }] },
            tomorrow: { $dateAdd: { startDate: '$d', unit: 'day', amount: 1 } },
            last: { $arrayElemAt: ['$a', -1] },
            rounded: { $round: [{ $divide: [10, 3] }, 2] },
            found: { $regexMatch: { input: '$s', regex: 'there', options: 'i' } },
            missing: { $mod: ['$nope', 3] },
            nothing: { $eq: ['$nope', null] },
            sum: { $sum: '$a' },
            highest: { $max: ['$_id', 5, '$nope'] },
          },
        },
      ])
      .toArray();
    expect(row).toEqual({
      map: [2, 4, 6],
      filter: [2, 3],
      reduce: 6,
      choice: 'one',
      split: ['Hi', 'There'],
      pairs: [{ k: 'x', v: 1 }],
      merged: { x: 1, y: 2 },
      tomorrow: new Date('2024-03-02T00:00:00Z'),
      last: 3,
      rounded: 3.33,
      found: true,
      missing: null,
      nothing: false,
      sum: 6,
      highest: 5,
    });
  });
});
