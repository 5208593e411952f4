import { Decimal128, Long, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { errorCode, startHarness } from './testing/harness.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

describe('aggregate', () => {
  it('groups, sorts and projects', async () => {
    const collection = await mongo.collection([
      { t: 'a', n: 1, d: new Date('2024-01-05') },
      { t: 'a', n: 3, d: new Date('2024-01-06') },
      { t: 'b', n: 5, d: new Date('2024-02-01') },
    ]);
    const rows = await collection
      .aggregate([
        { $match: { n: { $gt: 0 } } },
        {
          $group: {
            _id: '$t',
            sum: { $sum: '$n' },
            average: { $avg: '$n' },
            least: { $min: '$n' },
            latest: { $max: '$d' },
            all: { $push: '$n' },
            set: { $addToSet: '$t' },
            first: { $first: '$n' },
            last: { $last: '$n' },
            rows: { $sum: 1 },
          },
        },
        { $sort: { _id: 1 } },
        { $addFields: { year: { $year: '$latest' } } },
        { $project: { latest: 0 } },
      ])
      .toArray();
    expect(rows).toEqual([
      {
        _id: 'a',
        sum: 4,
        average: 2,
        least: 1,
        all: [1, 3],
        set: ['a'],
        first: 1,
        last: 3,
        rows: 2,
        year: 2024,
      },
      {
        _id: 'b',
        sum: 5,
        average: 5,
        least: 5,
        all: [5],
        set: ['b'],
        first: 5,
        last: 5,
        rows: 1,
        year: 2024,
      },
    ]);
  });

  it('groups by ObjectId, by date and by document, and over nothing', async () => {
    const [a, b] = [new ObjectId(), new ObjectId()];
    const at = (hour: number) => new Date(Date.UTC(2024, 0, 5, hour));
    const collection = await mongo.collection([
      { u: a, d: at(1) },
      { u: a, d: at(2) },
      { u: b, d: at(3) },
    ]);
    const byUser = await collection
      .aggregate([{ $group: { _id: '$u', n: { $sum: 1 } } }, { $sort: { n: -1 } }])
      .toArray();
    expect(byUser).toEqual([
      { _id: a, n: 2 },
      { _id: b, n: 1 },
    ]);
    const day = { $dateToString: { format: '%Y-%m-%d', date: '$d' } };
    expect(
      await collection.aggregate([{ $group: { _id: { day }, n: { $count: {} } } }]).toArray(),
    ).toEqual([{ _id: { day: '2024-01-05' }, n: 3 }]);
    expect(
      await collection
        .aggregate([{ $match: { x: 1 } }, { $group: { _id: null, n: { $sum: 1 } } }])
        .toArray(),
    ).toEqual([]);
    expect(await collection.aggregate([{ $count: 'total' }]).toArray()).toEqual([{ total: 3 }]);
  });

  it('takes the first and the last of a group by an order, and merges documents', async () => {
    const [a, b] = [new ObjectId(), new ObjectId()];
    const collection = await mongo.collection([
      { u: b, n: 1 },
      { u: a, n: 2 },
      { u: a, n: 3 },
    ]);
    const sortBy = { u: 1, n: -1 };
    const [row] = await collection
      .aggregate([
        { $sort: { n: 1 } },
        {
          $group: {
            _id: null,
            top: { $top: { sortBy, output: '$n' } },
            topTwo: { $topN: { n: 2, sortBy, output: '$n' } },
            bottom: { $bottom: { sortBy, output: { n: '$n', u: '$u' } } },
            merged: { $mergeObjects: { n: '$n', u: '$u' } },
          },
        },
      ])
      .toArray();
    expect(row).toEqual({
      _id: null,
      top: 3,
      topTwo: [3, 2],
      bottom: { n: 1, u: b },
      merged: { n: 3, u: a },
    });
  });

  it('adds huge integers and decimals without losing digits', async () => {
    const collection = await mongo.collection([
      { l: Long.fromString('9007199254740993'), d: Decimal128.fromString('0.10') },
      { l: Long.fromNumber(2), d: Decimal128.fromString('0.20') },
    ]);
    const [row] = await collection
      .aggregate([{ $group: { _id: null, l: { $sum: '$l' }, d: { $sum: '$d' } } }])
      .toArray();
    expect(String(row?.['l'])).toBe('9007199254740995');
    expect(String(row?.['d'])).toBe('0.30');
  });

  it('joins by field, through arrays, and by a correlated pipeline', async () => {
    const user = new ObjectId();
    const users = await mongo.collection([{ _id: user, name: 'ann' }]);
    const posts = await mongo.collection([
      { _id: 1, by: user },
      { _id: 2, by: new ObjectId() },
      { _id: 3, by: [user] },
    ]);
    const named = await posts
      .aggregate([
        { $lookup: { from: users.collectionName, localField: 'by', foreignField: '_id', as: 'u' } },
        { $unwind: { path: '$u', preserveNullAndEmptyArrays: true } },
        { $sort: { _id: 1 } },
        { $project: { name: { $ifNull: ['$u.name', 'none'] } } },
      ])
      .toArray();
    expect(named.map(({ name }) => name as unknown)).toEqual(['ann', 'none', 'ann']);
    const withoutTags = await mongo.collection([{ _id: 1, tags: [] }]);
    const lookup = {
      from: posts.collectionName,
      localField: 'tags',
      foreignField: 'none',
      as: 'untagged',
    };
    const [joined] = await withoutTags.aggregate([{ $lookup: lookup }]).toArray();
    // An empty array joins like a missing field.
    expect(joined?.['untagged']).toHaveLength(3);
    const replies = await mongo.collection([
      { t: 1, s: 2 },
      { t: 1, s: 9 },
      { t: 2, s: 1 },
    ]);
    const top = await posts
      .aggregate([
        {
          $lookup: {
            from: replies.collectionName,
            let: { id: '$_id' },
            pipeline: [
              { $match: { $expr: { $eq: ['$t', '$$id'] } } },
              { $sort: { s: -1 } },
              { $limit: 1 },
              { $project: { _id: 0, s: 1 } },
            ],
            as: 'top',
          },
        },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    expect(top.map(({ top }) => top as unknown)).toEqual([[{ s: 9 }], [{ s: 1 }], []]);
    const narrowed = await posts
      .aggregate([
        { $match: { _id: 1 } },
        {
          $lookup: {
            from: users.collectionName,
            localField: 'by',
            foreignField: '_id',
            pipeline: [{ $project: { _id: 0 } }],
            as: 'u',
          },
        },
      ])
      .toArray();
    expect(narrowed[0]?.['u']).toEqual([{ name: 'ann' }]);
  });

  it('runs several pipelines side by side, buckets, unions and graphs', async () => {
    const collection = await mongo.collection(
      [1, 5, 9, 12].map((v) => ({ v, k: v > 5 ? 'hi' : 'lo' })),
    );
    const [row] = await collection
      .aggregate([
        {
          $facet: {
            total: [{ $count: 'n' }],
            page: [{ $sort: { v: -1 } }, { $limit: 2 }, { $project: { _id: 0, v: 1 } }],
            buckets: [
              { $bucket: { groupBy: '$v', boundaries: [0, 6, 20], output: { n: { $sum: 1 } } } },
            ],
            kinds: [{ $sortByCount: '$k' }, { $match: { count: { $gte: 2 } } }],
          },
        },
      ])
      .toArray();
    expect(row).toEqual({
      total: [{ n: 4 }],
      page: [{ v: 12 }, { v: 9 }],
      buckets: [
        { _id: 0, n: 2 },
        { _id: 6, n: 2 },
      ],
      kinds: [
        { _id: 'lo', count: 2 },
        { _id: 'hi', count: 2 },
      ],
    });
    const thread = await mongo.collection([{ _id: 1 }, { _id: 2, p: 1 }, { _id: 3, p: 2 }]);
    const union = await thread
      .aggregate([{ $unionWith: collection.collectionName }, { $count: 'n' }])
      .toArray();
    expect(union).toEqual([{ n: 7 }]);
    const [root] = await thread
      .aggregate([
        { $match: { _id: 1 } },
        {
          $graphLookup: {
            from: thread.collectionName,
            startWith: '$_id',
            connectFromField: '_id',
            connectToField: 'p',
            as: 'below',
            depthField: 'level',
          },
        },
      ])
      .toArray();
    expect(root?.['below']).toHaveLength(2);
  });

  it('uses indexes for a leading match and leaves stored documents alone', async () => {
    const collection = await mongo.collection([{ _id: 1, a: { b: 1 } }]);
    await collection
      .aggregate([{ $set: { 'a.b': 2 } }, { $unset: 'zz' }, { $replaceRoot: { newRoot: '$a' } }])
      .toArray();
    await collection.aggregate([{ $unwind: '$a' }, { $set: { 'a.b': 3 } }]).toArray();
    expect(await collection.findOne()).toEqual({ _id: 1, a: { b: 1 } });
  });

  it.each<[object[], number]>([
    [[{ $nope: {} }], 40324],
    [[{ $out: 'x' }], 238],
    [[{ $changeStream: {} }], 238],
    [[{ $project: { a: { $nope: 1 } } }], 168],
    [[{ $group: { _id: null, a: { $nope: 1 } } }], 15952],
    [[{ $group: { a: { $sum: 1 } } }], 15955],
    [[{ $match: { a: { $nope: 1 } } }], 2],
    [[{ $facet: { a: [{ $nope: 1 }] } }], 40324],
    [[{ $project: { a: { $function: { body: 'x', args: [], lang: 'js' } } } }], 238],
    [[{ $limit: 0 }], 2],
    [[{ $unset: 5 }], 9],
    [[{ $project: {} }], 9],
    [[{ $sort: {} }], 9],
    [[{ $unwind: { path: '$a', bogus: 1 } }], 9],
    [[{ $bucketAuto: { groupBy: '$a', buckets: 2, granularity: 'R5' } }], 9],
    [[{ $graphLookup: { from: 'x', bogus: 1 } }], 9],
    [[{ $project: { t: { $type: '$a' } } }], 238],
    [[{ $lookup: { from: 'x', as: 'y', bogus: 1 } }], 9],
  ])('refuses %j', async (pipeline, code) => {
    const collection = await mongo.collection();
    expect(await errorCode(collection.aggregate(pipeline).toArray())).toBe(code);
  });
});
