import { Decimal128, Double, Int32, Long, ObjectId, UUID } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { errorCode, idsOf, startHarness } from './testing/harness.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

describe('find', () => {
  it('keeps every BSON type through the wire and the store', async () => {
    const document = {
      _id: 1,
      int: new Int32(1),
      double: new Double(1),
      long: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('1.10'),
      bytes: Buffer.from('hi'),
      uuid: new UUID(),
      regex: /x/i,
      date: new Date(5),
      id: new ObjectId(),
    };
    const collection = await mongo.collection([document]);
    const read = await collection.findOne({}, { promoteValues: false, promoteBuffers: true });
    expect(read).toMatchObject({
      int: new Int32(1),
      double: new Double(1),
      decimal: document.decimal,
      regex: /x/i,
      date: document.date,
    });
    expect(String(read?.['long'])).toBe('9007199254740993');
    expect(String(read?.['uuid'])).toBe(document.uuid.toString());
    expect(document.id.equals(read?.['id'] as ObjectId)).toBe(true);
    expect(await idsOf(collection, { double: { $type: 'double' }, int: { $type: 'int' } })).toEqual(
      [1],
    );
  });

  it('sorts values of all types in MongoDB’s order', async () => {
    const values = ['b', 1, undefined, new ObjectId(), true, new Date(), [0]];
    const collection = await mongo.collection(
      values.map((a, at) => (a === undefined ? { _id: at } : { _id: at, a })),
    );
    const sorted = async () =>
      (await collection.find().sort({ a: 1, _id: 1 }).toArray()).map(({ _id }) => _id);
    const expected = [2, 6, 1, 0, 3, 4, 5];
    expect(await sorted()).toEqual(expected);
    await collection.createIndex({ a: 1 });
    expect(await sorted()).toEqual(expected);
  });

  it('sorts by fields of one array element by element, and refuses two arrays', async () => {
    const collection = await mongo.collection([
      {
        _id: 1,
        m: [
          { a: 1, b: 9 },
          { a: 2, b: 1 },
        ],
      },
      { _id: 2, m: [{ a: 1, b: 5 }] },
      { _id: 3, m: [7, { a: 1, b: 6 }] },
    ]);
    const sorted = await collection.find().sort({ 'm.a': 1, 'm.b': 1 }).toArray();
    // What is no document counts as one without the field, so as null.
    expect(sorted.map(({ _id }) => _id)).toEqual([3, 2, 1]);
    await collection.insertOne({ _id: 4, m: [1], n: [1] });
    expect(await errorCode(collection.find().sort({ m: 1, n: 1 }).toArray())).toBe(2);
  });

  it('pages by a compound cursor through equal keys without gaps or doubles', async () => {
    const collection = await mongo.collection(
      Array.from({ length: 95 }, (_, at) => ({
        _id: `id${String(at).padStart(3, '0')}`,
        user: at % 5 === 0 ? 'other' : 'me',
        createdAt: new Date(1_000 + Math.floor(at / 10)),
      })),
    );
    await collection.createIndex({ user: 1, createdAt: -1, _id: -1 });
    const seen: unknown[] = [];
    let cursor: { createdAt: Date; _id: string } | undefined;
    for (;;) {
      const page = await collection
        .find({
          user: 'me',
          ...(cursor
            ? {
                $or: [
                  { createdAt: { $lt: cursor.createdAt } },
                  { createdAt: cursor.createdAt, _id: { $lt: cursor._id } },
                ],
              }
            : {}),
        })
        .sort({ createdAt: -1, _id: -1 })
        .limit(7)
        .toArray();
      const last = page.at(-1);
      if (!last) break;
      seen.push(...page.map(({ _id }) => _id));
      cursor = { createdAt: last['createdAt'] as Date, _id: String(last._id) };
    }
    const all = await collection.find({ user: 'me' }).sort({ createdAt: -1, _id: -1 }).toArray();
    expect(seen).toEqual(all.map(({ _id }) => _id));
    expect(seen).toHaveLength(76);
  });

  it('pages with skip and limit, and projects', async () => {
    const collection = await mongo.collection(
      [1, 2, 3, 4].map((at) => ({ _id: at, a: { b: at, c: at }, l: [{ x: at }, { x: 9 }] })),
    );
    const page = collection
      .find({}, { projection: { 'a.b': 1 } })
      .sort({ _id: 1 })
      .skip(1)
      .limit(2);
    expect(await page.toArray()).toEqual([
      { _id: 2, a: { b: 2 } },
      { _id: 3, a: { b: 3 } },
    ]);
    const positional = await collection.findOne({ 'l.x': 9 }, { projection: { 'l.$': 1 } });
    expect(positional?.['l']).toEqual([{ x: 9 }]);
  });

  it('serves cursors batch by batch, and forgets killed ones', async () => {
    const collection = await mongo.collection(
      Array.from({ length: 1_000 }, (_, at) => ({ _id: at })),
    );
    expect(await collection.find().batchSize(70).toArray()).toHaveLength(1_000);
    let sum = 0;
    for await (const { _id } of collection.find().sort({ _id: -1 }).batchSize(70))
      sum += Number(_id);
    expect(sum).toBe(499_500);
    const db = mongo.client.db('test');
    const first = await db.command({ find: collection.collectionName, batchSize: 10 });
    const id = (first['cursor'] as { id: Long }).id;
    const more = { getMore: Long.fromString(String(id)), collection: collection.collectionName };
    await collection.insertOne({ _id: 5_000 });
    const rest = await db.command(more);
    expect((rest['cursor'] as { nextBatch: unknown[] }).nextBatch).toHaveLength(990);
    expect(await errorCode(db.command(more))).toBe(43);
    const open = collection.find().batchSize(10);
    await open.next();
    await open.close();
    const status = await db.command({ serverStatus: 1 });
    expect(status['openCursors']).toBe(0);
  });

  it('splits large results by size', async () => {
    const text = 'x'.repeat(1_000_000);
    const collection = await mongo.collection();
    for (let at = 0; at < 40; at += 10)
      await collection.insertMany(Array.from({ length: 10 }, (_, i) => ({ _id: at + i, text })));
    expect(await collection.find().batchSize(100).toArray()).toHaveLength(40);
  });

  it('counts and lists distinct values', async () => {
    const collection = await mongo.collection([{ t: ['a', 'b'] }, { t: ['b'] }, { t: 'c' }, {}]);
    expect((await collection.distinct('t')).sort()).toEqual(['a', 'b', 'c']);
    expect(await collection.countDocuments({ t: 'b' })).toBe(2);
    expect(await collection.countDocuments({ t: 'zzz' })).toBe(0);
    expect(await collection.estimatedDocumentCount()).toBe(4);
  });

  it('answers about collections that do not exist', async () => {
    const missing = mongo.client.db('nowhere').collection('missing');
    expect(await missing.find({ a: 1 }).toArray()).toEqual([]);
    expect(await missing.countDocuments()).toBe(0);
    expect(await errorCode(missing.find({ a: { $foo: 1 } }).toArray())).toBe(2);
    expect(await missing.updateOne({ a: 1 }, { $set: { a: 2 } })).toMatchObject({
      matchedCount: 0,
    });
  });

  it('stops a query whose time is over', async () => {
    const collection = await mongo.collection(
      Array.from({ length: 20_000 }, (_, at) => ({ _id: at, text: `${at}` })),
    );
    const slow = collection.find({ $expr: { $eq: [{ $concat: ['$text', 'x'] }, 'never'] } });
    expect(await errorCode(slow.maxTimeMS(1).toArray())).toBe(50);
  });
});
