import { randomBytes } from 'node:crypto';
import { Binary } from 'bson';
import type { Document } from 'mongodb';
import { MongoBulkWriteError, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { errorCode, startHarness } from './testing/harness.js';
import { sendRaw } from './testing/raw.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

// 20 claimers on connections of their own: packages/stores/src/mongo/contract/claims.ts.
describe('claims', () => {
  it('takes the most urgent due item and changes it in one step', async () => {
    const collection = await mongo.collection(
      [1, 2, 3].map((at) => ({
        _id: at,
        status: 'pending',
        priority: at,
        dueAt: new Date(0),
        tries: 0,
      })),
    );
    const claimed = await collection.findOneAndUpdate(
      { status: 'pending', dueAt: { $lte: new Date() } },
      { $set: { status: 'claimed' }, $inc: { tries: 1 }, $currentDate: { at: true } },
      { sort: { priority: -1 }, returnDocument: 'after' },
    );
    expect(claimed).toMatchObject({ _id: 3, tries: 1, status: 'claimed' });
    expect(claimed?.['at']).toBeInstanceOf(Date);
  });
});

describe('writes', () => {
  it('upsert, telling inserts from updates', async () => {
    const collection = await mongo.collection();
    const filter = { user: 'u', 'k.x': 1 };
    const update = { $inc: { n: 1 }, $setOnInsert: { created: 1 } };
    const first = await collection.updateOne(filter, update, { upsert: true });
    const second = await collection.updateOne(filter, update, { upsert: true });
    expect([first.upsertedCount, second.upsertedCount, second.modifiedCount]).toEqual([1, 0, 1]);
    expect(first.upsertedId).toBeInstanceOf(ObjectId);
    const stored = await collection.findOne({ user: 'u' }, { projection: { _id: 0 } });
    expect(stored).toEqual({ user: 'u', k: { x: 1 }, n: 2, created: 1 });
  });

  it('report what an update matched and what it changed', async () => {
    const collection = await mongo.collection([{ a: 1 }, { a: 1 }, { a: 2 }]);
    const same = await collection.updateMany({ a: 1 }, { $set: { a: 1 } });
    expect([same.matchedCount, same.modifiedCount]).toEqual([2, 0]);
    const changed = await collection.updateMany({}, { $inc: { a: 1 } });
    expect(changed.modifiedCount).toBe(3);
    expect((await collection.deleteMany({ a: 2 })).deletedCount).toBe(2);
    const replaced = await collection.findOneAndReplace(
      { a: 3 },
      { b: 1 },
      { returnDocument: 'after' },
    );
    expect(replaced).toMatchObject({ b: 1 });
    expect(await collection.findOneAndDelete({ b: 1 })).toMatchObject({ b: 1 });
    expect(await collection.countDocuments()).toBe(0);
  });

  it('bulk: unordered goes on after an error, ordered stops', async () => {
    const operations = [
      { insertOne: { document: { _id: 1 } } },
      { insertOne: { document: { _id: 2 } } },
      { updateOne: { filter: { _id: 9 }, update: { $set: { a: 1 } }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } },
    ];
    const unordered = await mongo.collection([{ _id: 1 }]);
    const error = await unordered
      .bulkWrite(operations, { ordered: false })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MongoBulkWriteError);
    expect((error as MongoBulkWriteError).insertedCount).toBe(1);
    expect((error as MongoBulkWriteError).code).toBe(11000);
    expect(await unordered.countDocuments()).toBe(2);
    const ordered = await mongo.collection([{ _id: 1 }]);
    await expect(ordered.bulkWrite(operations)).rejects.toBeInstanceOf(MongoBulkWriteError);
    expect(await ordered.countDocuments()).toBe(1);
  });

  it('are not executed twice when the driver repeats them', async () => {
    const collection = await mongo.collection([{ _id: 1, n: 0 }]);
    const lsid = { id: new Binary(randomBytes(16), 4) };
    const increment = {
      update: collection.collectionName,
      updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
      txnNumber: 7n,
    };
    const send = (command: Document) => sendRaw(mongo.url, { ...command, $db: 'test', lsid });
    expect(await send(increment)).toMatchObject({ n: 1, nModified: 1 });
    expect(await send(increment)).toMatchObject({ n: 1, nModified: 1 });
    expect(await collection.findOne()).toMatchObject({ n: 1 });
    const claim = {
      findAndModify: collection.collectionName,
      query: { _id: 1 },
      update: { $inc: { n: 1 } },
      new: true,
      txnNumber: 8n,
    };
    expect((await send(claim))['value']).toMatchObject({ n: 2 });
    expect((await send(claim))['value']).toMatchObject({ n: 2 });
    expect(await send(increment)).toMatchObject({ ok: 0, code: 225 });
    expect(await collection.findOne()).toMatchObject({ n: 2 });
  });

  it('change nothing when they are refused', async () => {
    const collection = await mongo.collection([{ _id: 1, a: 'x', b: 1 }]);
    expect(await errorCode(collection.updateOne({}, { $set: { b: 2 }, $inc: { a: 1 } }))).toBe(14);
    expect(await errorCode(collection.updateOne({}, { $set: { _id: 2 } as never }))).toBe(66);
    expect(await errorCode(collection.updateOne({}, { $foo: { a: 1 } }))).toBe(9);
    const grown = 'x'.repeat(16_777_200);
    expect(await errorCode(collection.insertOne({ _id: [1] as unknown as string }))).toBe(53);
    expect(await errorCode(collection.updateOne({}, [{ $set: { t: grown } }]))).toBe(10334);
    expect(await collection.find().toArray()).toEqual([{ _id: 1, a: 'x', b: 1 }]);
  });

  it('acknowledge nothing when nothing was asked for', async () => {
    const collection = await mongo.collection();
    const result = await collection.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    expect(result.acknowledged).toBe(false);
    await expect.poll(() => collection.countDocuments()).toBe(1);
    expect(await errorCode(collection.insertOne({ _id: 2 }, { writeConcern: { w: 3 } }))).toBe(100);
  });
});
