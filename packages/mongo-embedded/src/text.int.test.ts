import type { Collection } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Doc, Harness } from './testing/harness.js';
import { connect, errorCode, startHarness } from './testing/harness.js';
import { startMongoServer } from './server.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

const none = { default_language: 'none' };
const search = ($search: string): { $text: { $search: string } } => ({ $text: { $search } });

const ids = async (collection: Collection<Doc>, filter: object): Promise<unknown[]> =>
  (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

const menu: Doc[] = [
  { _id: 1, title: 'Coffee and cake', body: 'Hot coffee.', open: true },
  { _id: 2, title: 'Coffee coffee coffee', open: false },
  { _id: 3, title: 'Tea', body: 'iced tea with cake', open: true },
  { _id: 4, title: 'Café con leche', tags: ['Español', 'niño'] },
  { _id: 5, title: 7 },
];

async function indexedMenu(): Promise<Collection<Doc>> {
  const collection = await mongo.collection(menu);
  await collection.createIndex({ title: 'text', body: 'text', tags: 'text' }, none);
  return collection;
}

describe('text indexes', () => {
  it('find any of the words, all phrases, and nothing that is excluded', async () => {
    const collection = await indexedMenu();
    expect(await ids(collection, search('COFFEE'))).toEqual([1, 2]);
    expect(await ids(collection, search('tea leche'))).toEqual([3, 4]);
    expect(await ids(collection, search('cafe espanol'))).toEqual([4]);
    expect(await ids(collection, search('"coffee and" tea'))).toEqual([1]);
    expect(await ids(collection, search('cake -iced'))).toEqual([1]);
    expect(await ids(collection, search('-coffee'))).toEqual([]);
    expect(await ids(collection, search(''))).toEqual([]);
    const strict = { $text: { $search: 'Coffee', $caseSensitive: true } };
    expect(await ids(collection, strict)).toEqual([1, 2]);
    expect(await ids(collection, { $text: { ...strict.$text, $search: 'cOFFEE' } })).toEqual([]);
  });

  it('score by weight and frequency; the score is projected and sorted by', async () => {
    const collection = await mongo.collection(menu);
    await collection.createIndex(
      { title: 'text', body: 'text' },
      { ...none, weights: { title: 10 } },
    );
    const score = { $meta: 'textScore' } as const;
    const found = await collection
      .find(search('cake'), { projection: { _id: 1, score } })
      .sort({ score })
      .toArray();
    expect(found).toEqual([
      { _id: 1, score: 10 * (0.5 / 3 + 0.5) },
      { _id: 3, score: 0.5 / 4 + 0.5 },
    ]);
    const sorted = await collection
      .find(search('coffee cake'))
      .sort({ any: score, _id: 1 })
      .toArray();
    expect(sorted.map(({ _id }) => _id)).toEqual([2, 1, 3]);
    const whole = await collection.findOne(search('iced'), { projection: { score } });
    expect(whole).toMatchObject({ title: 'Tea', score: 0.625 });
    const exact = await collection.findOne({ ...search('tea'), _id: 3 }, { projection: { score } });
    expect(exact?.['score']).toBe(10 * 1.1 + 0.625);
  });

  it('work together with other conditions, in counts, updates and pipelines', async () => {
    const collection = await indexedMenu();
    expect(await ids(collection, { ...search('cake'), open: true, _id: { $gt: 1 } })).toEqual([3]);
    expect(await ids(collection, { $and: [search('coffee'), { open: false }] })).toEqual([2]);
    expect(await collection.countDocuments(search('cake'))).toBe(2);
    const page = await collection
      .aggregate([
        { $match: search('coffee') },
        { $sort: { score: { $meta: 'textScore' } } },
        { $limit: 1 },
        { $project: { title: 1 } },
      ])
      .toArray();
    expect(page).toEqual([{ _id: 2, title: 'Coffee coffee coffee' }]);
    const { modifiedCount } = await collection.updateMany(search('cake'), {
      $set: { sweet: true },
    });
    expect(modifiedCount).toBe(2);
    const claimed = await collection.findOneAndUpdate(
      { ...search('cake'), claimed: { $exists: false } },
      { $set: { claimed: true } },
      { sort: { _id: -1 } },
    );
    expect(claimed?._id).toBe(3);
    expect((await collection.deleteMany(search('leche'))).deletedCount).toBe(1);
    expect(await ids(collection, search('leche'))).toEqual([]);
  });

  it('follow updates, also inside a transaction before it is committed', async () => {
    const collection = await indexedMenu();
    await collection.updateOne({ _id: 1 }, { $set: { title: 'Chocolate' }, $unset: { body: '' } });
    expect(await ids(collection, search('coffee'))).toEqual([2]);
    expect(await ids(collection, search('chocolate'))).toEqual([1]);
    await mongo.client.withSession((session) =>
      session.withTransaction(async () => {
        await collection.insertOne({ _id: 9, title: 'coffee' }, { session });
        await collection.updateOne({ _id: 2 }, { $set: { title: 'milk' } }, { session });
        const inside = await collection
          .find(search('coffee milk'), { session })
          .sort({ score: { $meta: 'textScore' }, _id: 1 })
          .toArray();
        expect(inside.map(({ _id }) => _id)).toEqual([2, 9]);
        expect(await ids(collection, search('coffee'))).toEqual([2]);
      }),
    );
    expect(await ids(collection, search('coffee'))).toEqual([9]);
  });

  it('are served from the inverted index', async () => {
    const collection = await indexedMenu();
    const explained = (await collection.find(search('tea')).explain()) as {
      queryPlanner: { winningPlan: unknown };
    };
    expect(explained.queryPlanner.winningPlan).toMatchObject({
      stage: 'TEXT_MATCH',
      indexName: 'title_text_body_text_tags_text',
    });
  });

  it('may be partial, and then serve only queries inside', async () => {
    const collection = await mongo.collection(menu);
    await collection.createIndex(
      { title: 'text' },
      { ...none, partialFilterExpression: { open: true } },
    );
    expect(await ids(collection, { ...search('coffee'), open: true })).toEqual([1]);
    expect(await errorCode(collection.find(search('coffee')).toArray())).toBe(291);
    await collection.updateOne({ _id: 2 }, { $set: { open: true } });
    expect(await ids(collection, { ...search('coffee'), open: true })).toEqual([1, 2]);
  });

  it('are listed as MongoDB lists them, one per collection, and survive a restart', async () => {
    const own = await startHarness();
    const collection = await own.collection(menu);
    const options = { ...none, name: 'search', weights: { title: 5, note: 2 } };
    await collection.createIndex({ title: 'text', body: 'text' }, options);
    await collection.createIndex({ title: 'text', body: 'text' }, options);
    const listed = {
      v: 2,
      key: { _fts: 'text', _ftsx: 1 },
      name: 'search',
      weights: { body: 1, note: 2, title: 5 },
      default_language: 'none',
      language_override: 'language',
      textIndexVersion: 3,
    };
    expect((await collection.indexes())[1]).toEqual(listed);
    expect(await errorCode(collection.createIndex({ tags: 'text' }, none))).toBe(85);
    const partial = { ...none, partialFilterExpression: { open: true } };
    expect(await errorCode(collection.createIndex({ tags: 'text' }, partial))).toBe(67);
    await own.client.close();
    await own.stop();
    const again = await startMongoServer({ directory: own.directory });
    const client = await connect(again.url);
    const kept = client.db('test').collection<Doc>(collection.collectionName);
    expect((await kept.indexes())[1]).toEqual(listed);
    expect(await ids(kept, search('coffee'))).toEqual([1, 2]);
    await kept.dropIndex('search');
    expect(await errorCode(kept.find(search('coffee')).toArray())).toBe(27);
    await client.close();
    await again.close();
    await own.close();
  });
});

describe('text search is refused', () => {
  it.each<[string, object, number]>([
    ['without an index', { find: 'unindexed', filter: search('x') }, 27],
    ['with a hint', { find: 'menu', filter: search('x'), hint: '_id_' }, 2],
    ['twice', { find: 'menu', filter: { $and: [search('x'), search('y')] } }, 2],
    ['under $nor', { find: 'menu', filter: { $nor: [search('x')] } }, 2],
    ['under $or', { find: 'menu', filter: { $or: [search('x'), { a: 1 }] } }, 238],
    [
      'in another language',
      { find: 'menu', filter: { $text: { $search: 'x', $language: 'pt' } } },
      238,
    ],
    [
      'as a score without a search',
      { find: 'menu', projection: { s: { $meta: 'textScore' } } },
      40218,
    ],
    ['as a sort without a search', { find: 'menu', sort: { s: { $meta: 'textScore' } } }, 40218],
    ['as other metadata', { find: 'menu', projection: { s: { $meta: 'indexKey' } } }, 238],
    ['as unknown metadata', { find: 'menu', projection: { s: { $meta: 'nope' } } }, 17308],
    [
      'later in a pipeline',
      { aggregate: 'menu', cursor: {}, pipeline: [{ $limit: 1 }, { $match: search('x') }] },
      17313,
    ],
    [
      'as a score in a later stage',
      {
        aggregate: 'menu',
        cursor: {},
        pipeline: [{ $match: search('x') }, { $project: { s: { $meta: 'textScore' } } }],
      },
      238,
    ],
    [
      'as a score in an expression',
      {
        aggregate: 'menu',
        cursor: {},
        pipeline: [{ $match: search('x') }, { $set: { s: { $meta: 'textScore' } } }],
      },
      238,
    ],
    ['in a validator', { create: 'v', validator: search('x') }, 2],
  ])('%s', async (_name, command, code) => {
    const db = mongo.client.db('refused');
    await db.collection('menu').createIndex({ title: 'text' }, none);
    await db.collection('unindexed').insertOne({});
    expect(await errorCode(db.command(command))).toBe(code);
  });

  it.each<[object, object, number]>([
    [{ t: 'text' }, {}, 238],
    [{ t: 'text' }, { default_language: 'spanish' }, 238],
    [{ t: 'text' }, { default_language: 1 }, 67],
    [{ t: 'text' }, { ...none, textIndexVersion: 2 }, 238],
    [{ t: 'text' }, { ...none, unique: true }, 67],
    [{ t: 'text' }, { ...none, weights: { t: 0 } }, 67],
    [{ t: 'text' }, { ...none, weights: { t: 'x' } }, 67],
    [{ t: 'text' }, { ...none, language_override: 'a.b' }, 67],
    [{ '$**': 'text' }, none, 238],
    [{ t: 'text', n: 1 }, none, 238],
    [{ n: 1 }, { weights: { n: 2 } }, 67],
  ])('as an index %j %j', async (key, options, code) => {
    const collection = await mongo.collection([{ t: 'x' }]);
    const create = mongo.client.db('test').command({
      createIndexes: collection.collectionName,
      indexes: [{ key, name: 'x', ...options }],
    });
    expect(await errorCode(create)).toBe(code);
  });

  it('for a document that says it is in another language', async () => {
    const collection = await mongo.collection();
    await collection.createIndex({ t: 'text', 'parts.t': 'text' }, none);
    expect(await errorCode(collection.insertOne({ t: 'x', language: 'es' }))).toBe(238);
    expect(await errorCode(collection.insertOne({ parts: [{ t: 'x', language: 'pt' }] }))).toBe(
      238,
    );
    expect(await errorCode(collection.insertOne({ t: 'x', language: 5 }))).toBe(17261);
    await collection.insertOne({ t: 'x', language: 'none' });
    const own = await mongo.collection([{ _id: 1, t: 'hola', language: 'es' }]);
    await own.createIndex({ t: 'text' }, { ...none, language_override: 'textLanguage' });
    expect(await ids(own, search('hola'))).toEqual([1]);
  });
});
