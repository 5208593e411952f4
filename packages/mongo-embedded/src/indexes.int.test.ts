import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from 'mongodb';
import type { Doc, Harness } from './testing/harness.js';
import { errorCode, serverError, startHarness } from './testing/harness.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness({ sweepIntervalMs: 50 });
});
afterAll(() => mongo.close());

async function planOf(collection: Collection<Doc>, filter: object, sort: object = {}) {
  const cursor = collection
    .find(filter)
    .sort(sort as never)
    .limit(5);
  const { queryPlanner } = (await cursor.explain()) as { queryPlanner: { winningPlan: unknown } };
  return JSON.stringify(queryPlanner.winningPlan);
}

describe('indexes', () => {
  it('enforce uniqueness and name what clashed', async () => {
    const collection = await mongo.collection([{ a: 1, b: 1 }]);
    await collection.createIndex({ a: 1, b: 1 }, { unique: true });
    await collection.insertOne({ a: 1, b: 2 });
    const error = await serverError(collection.insertOne({ a: 1, b: 2 }));
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { a: 1, b: 1 },
      keyValue: { a: 1, b: 2 },
    });
    expect(error.message).toMatch(
      /E11000 duplicate key error collection: test\.c\d+ index: a_1_b_1 dup key/,
    );
    expect(await errorCode(collection.updateOne({ b: 1 }, { $set: { b: 2 } }))).toBe(11000);
    expect(
      await errorCode(
        collection.insertOne({ _id: 1 }).then(() => collection.insertOne({ _id: 1 })),
      ),
    ).toBe(11000);
    expect(await collection.countDocuments()).toBe(3);
  });

  it('cannot be made unique over duplicates, and leave nothing behind', async () => {
    const collection = await mongo.collection([{ a: 1 }, { a: 1 }]);
    expect(await errorCode(collection.createIndex({ a: 1 }, { unique: true }))).toBe(11000);
    expect(await collection.indexes()).toHaveLength(1);
  });

  it('treat a missing field as null, unless sparse or partial', async () => {
    const plain = await mongo.collection([{ x: 1 }]);
    await plain.createIndex({ k: 1 }, { unique: true });
    expect(await errorCode(plain.insertOne({ x: 2 }))).toBe(11000);
    const sparse = await mongo.collection([{ x: 1 }, { x: 2 }]);
    await sparse.createIndex({ k: 1 }, { unique: true, sparse: true });
    await sparse.insertMany([{ x: 3 }, { k: 1 }]);
    expect(await errorCode(sparse.insertOne({ k: 1 }))).toBe(11000);
    // Whoever names a sparse index gets what is in it.
    expect(await sparse.find().toArray()).toHaveLength(4);
    expect(await sparse.find().hint({ k: 1 }).toArray()).toHaveLength(1);
    // Per entry: of the elements of one array, those without the field.
    const elements = await mongo.collection([{ m: [{ k: 1 }, {}] }]);
    await elements.createIndex({ 'm.k': 1 }, { unique: true, sparse: true });
    await elements.insertOne({ m: [{ k: 2 }, {}] });
    const partial = await mongo.collection([{ k: 'a', live: false }]);
    await partial.createIndex({ k: 1 }, { unique: true, partialFilterExpression: { live: true } });
    await partial.insertMany([
      { k: 'a', live: false },
      { k: 'a', live: true },
    ]);
    expect(await errorCode(partial.insertOne({ k: 'a', live: true }))).toBe(11000);
    expect(await errorCode(partial.updateOne({ live: false }, { $set: { live: true } }))).toBe(
      11000,
    );
  });

  it('reach into arrays', async () => {
    const collection = await mongo.collection([
      { _id: 1, tags: ['a', 'b'] },
      { _id: 2, tags: ['b', 'c'] },
      { _id: 3, tags: [] },
    ]);
    await collection.createIndex({ tags: 1 });
    expect(await planOf(collection, { tags: 'b' })).toContain('tags_1');
    expect(await collection.countDocuments({ tags: 'b' })).toBe(2);
    expect(await collection.countDocuments({ tags: { $in: ['a', 'b'] } })).toBe(2);
    expect(await collection.countDocuments({ tags: { $gt: 'a', $lt: 'b' } })).toBe(1);
    await collection.updateOne({ _id: 1 }, { $pull: { tags: 'b' } as never });
    expect(await collection.countDocuments({ tags: 'b' })).toBe(1);
    expect(
      await errorCode(
        collection
          .createIndex({ tags: 1, 'm.x': 1 })
          .then(() => collection.insertOne({ tags: [1], m: [{ x: 1 }] })),
      ),
    ).toBe(171);
  });

  it('serve equality, range and sort', async () => {
    const collection = await mongo.collection(
      Array.from({ length: 200 }, (_, at) => ({ _id: at, s: at % 4, p: at % 7, d: new Date(at) })),
    );
    await collection.createIndex({ s: 1, p: -1, d: 1 });
    const filter = { s: 1, d: { $lte: new Date(150) } };
    const plan = await planOf(collection, filter, { p: -1, d: 1 });
    expect(plan).toContain('s_1_p_-1_d_1');
    expect(plan).not.toContain('SORT');
    const found = await collection.find(filter).sort({ p: -1, d: 1 }).limit(5).toArray();
    const unindexed = await collection
      .find(filter)
      .sort({ p: -1, d: 1 })
      .limit(5)
      .hint({ $natural: 1 })
      .toArray();
    expect(found).toEqual(unindexed);
    expect(found).toHaveLength(5);
  });

  it('are listed, created twice without harm, and dropped', async () => {
    const collection = await mongo.collection([{ a: 1 }]);
    await collection.createIndexes([
      { key: { e: 1 }, name: 'ttl', expireAfterSeconds: 60 },
      { key: { a: 1, b: -1 } },
    ]);
    await collection.createIndex({ a: 1, b: -1 });
    const indexes = await collection.indexes();
    expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'ttl', 'a_1_b_-1']);
    expect(indexes[1]).toMatchObject({ v: 2, key: { e: 1 }, expireAfterSeconds: 60 });
    expect(await errorCode(collection.createIndex({ x: 1 }, { name: 'ttl' }))).toBe(86);
    expect(await errorCode(collection.createIndex({ a: 1, b: -1 }, { unique: true }))).toBe(85);
    await collection.dropIndex('ttl');
    expect(await collection.indexes()).toHaveLength(2);
    expect(await errorCode(collection.dropIndex('ttl'))).toBe(27);
    expect(await errorCode(collection.dropIndex('_id_'))).toBe(72);
    expect(await errorCode(mongo.client.db('none').collection('x').indexes())).toBe(26);
  });

  it('expire documents by TTL, except where there is no date', async () => {
    const collection = await mongo.collection([
      { _id: 'old', at: new Date(Date.now() - 10_000) },
      { _id: 'new', at: new Date(Date.now() + 60_000) },
      { _id: 'undated', at: 'yesterday' },
    ]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 1 });
    await expect.poll(() => collection.countDocuments()).toBe(2);
    expect(await collection.findOne({ _id: 'old' })).toBeNull();
    await mongo.client.db('test').command({
      collMod: collection.collectionName,
      index: { name: 'at_1', expireAfterSeconds: 1_000_000 },
    });
    await collection.insertOne({ _id: 'kept', at: new Date(Date.now() - 10_000) });
    expect(await collection.findOne({ _id: 'kept' })).not.toBeNull();
  });

  it.each([
    [{ t: '2dsphere' }, {}, 238],
    [{ '$**': 1 }, {}, 238],
    [{ 't.0': 1 }, {}, 238],
    [{ a: 0 }, {}, 67],
    [{ a: 1 }, { bogus: true }, 72],
    [{ a: 1, b: 1 }, { expireAfterSeconds: 5 }, 67],
    [{ a: 1 }, { collation: { locale: 'en', strength: 2 } }, 238],
  ])('refuse %j %j', async (key, options, code) => {
    const collection = await mongo.collection([{ a: 1 }]);
    const create = mongo.client.db('test').command({
      createIndexes: collection.collectionName,
      indexes: [{ key, name: 'x', ...options }],
    });
    expect(await errorCode(create)).toBe(code);
  });
});
