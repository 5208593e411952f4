import type { ClientSession, Collection } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Doc, Harness } from './testing/harness.js';
import { errorCode, serverError, startHarness } from './testing/harness.js';

let mongo: Harness;
let session: ClientSession;
let other: ClientSession;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());
beforeEach(() => {
  session = mongo.client.startSession();
  other = mongo.client.startSession();
});
afterEach(async () => {
  await session.endSession();
  await other.endSession();
});

const ids = async (collection: Collection<Doc>, within?: ClientSession): Promise<unknown[]> => {
  const options = within ? { session: within } : {};
  const found = await collection.find({}, options).sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
};

describe('transactions', () => {
  it('commit over several collections at once; nobody sees them before', async () => {
    const [orders, outbox] = [await mongo.collection([{ _id: 0 }]), await mongo.collection()];
    await session.withTransaction(async () => {
      await orders.insertOne({ _id: 1 }, { session });
      await orders.updateOne({ _id: 0 }, { $set: { seen: true } }, { session });
      await outbox.insertOne({ _id: 'event' }, { session });
      expect(await ids(orders, session)).toEqual([0, 1]);
      expect(await ids(orders)).toEqual([0]);
      expect(await ids(outbox)).toEqual([]);
      expect(await orders.countDocuments({ seen: true }, { session })).toBe(1);
    });
    expect(await ids(orders)).toEqual([0, 1]);
    expect(await ids(outbox)).toEqual(['event']);
    expect(await orders.findOne({ _id: 0 })).toEqual({ _id: 0, seen: true });
  });

  it('leave nothing behind when they abort', async () => {
    const collection = await mongo.collection([{ _id: 0 }, { _id: 1 }]);
    session.startTransaction();
    await collection.insertOne({ _id: 6 }, { session });
    await collection.updateOne({ _id: 0 }, { $set: { x: 1 } }, { session });
    await collection.deleteOne({ _id: 1 }, { session });
    await session.abortTransaction();
    expect(await collection.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 0 }, { _id: 1 }]);
    await collection.updateOne({ _id: 0 }, { $set: { x: 2 } });
  });

  it('read the snapshot they started with', async () => {
    const collection = await mongo.collection([
      { _id: 1, v: 'old' },
      { _id: 2, v: 'old' },
    ]);
    await collection.createIndex({ v: 1 });
    session.startTransaction();
    expect(await ids(collection, session)).toEqual([1, 2]);
    await collection.updateOne({ _id: 1 }, { $set: { v: 'new' } });
    await collection.deleteOne({ _id: 2 });
    await collection.insertOne({ _id: 3, v: 'old' });
    const old = await collection.find({ v: 'old' }, { session }).sort({ v: 1, _id: 1 }).toArray();
    expect(old.map(({ _id }) => _id)).toEqual([1, 2]);
    expect(await collection.countDocuments({}, { session })).toBe(2);
    await session.commitTransaction();
    expect(await ids(collection)).toEqual([1, 3]);
  });

  it('conflict when both write one document: the second fails at once and may retry', async () => {
    const collection = await mongo.collection([{ _id: 1, n: 0 }]);
    session.startTransaction();
    other.startTransaction();
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
    const conflict = await serverError(
      collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: other }),
    );
    expect(conflict.code).toBe(112);
    expect(conflict.hasErrorLabel('TransientTransactionError')).toBe(true);
    await session.commitTransaction();
    expect(await collection.findOne()).toEqual({ _id: 1, n: 1 });
  });

  it('conflict with what was committed after their snapshot', async () => {
    const collection = await mongo.collection([{ _id: 1, n: 0 }]);
    session.startTransaction();
    await collection.findOne({}, { session });
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    expect(await errorCode(collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }))).toBe(
      112,
    );
    expect(await errorCode(collection.findOne({}, { session }))).toBe(251);
  });

  it('keep unique keys unique, between each other and with the outside', async () => {
    const collection = await mongo.collection([{ _id: 1, k: 'taken' }]);
    await collection.createIndex({ k: 1 }, { unique: true });
    session.startTransaction();
    other.startTransaction();
    await collection.insertOne({ _id: 2, k: 'a' }, { session });
    expect(await errorCode(collection.insertOne({ _id: 3, k: 'a' }, { session: other }))).toBe(112);
    await session.commitTransaction();
    session.startTransaction();
    expect(await errorCode(collection.insertOne({ _id: 4, k: 'taken' }, { session }))).toBe(11000);
    await session.abortTransaction();
    session.startTransaction();
    await collection.deleteOne({ _id: 1 }, { session });
    await collection.insertOne({ _id: 5, k: 'taken' }, { session });
    await session.commitTransaction();
    expect(await ids(collection)).toEqual([2, 5]);
    expect(await collection.findOne({ k: 'taken' })).toEqual({ _id: 5, k: 'taken' });
  });

  it('make writers outside wait for them', async () => {
    const collection = await mongo.collection([{ _id: 1, n: 0 }]);
    session.startTransaction();
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
    let finished = false;
    const outside = collection.updateOne({ _id: 1 }, { $inc: { n: 10 } }).then(() => {
      finished = true;
    });
    await collection.countDocuments();
    expect(finished).toBe(false);
    await session.commitTransaction();
    await outside;
    expect(await collection.findOne()).toEqual({ _id: 1, n: 11 });
  });

  it('end with their session', async () => {
    const collection = await mongo.collection([{ _id: 1 }]);
    session.startTransaction();
    await collection.updateOne({ _id: 1 }, { $set: { x: 1 } }, { session });
    await mongo.client.db('admin').command({ killSessions: [session.id] });
    await collection.updateOne({ _id: 1 }, { $set: { x: 2 } });
    expect(await errorCode(collection.findOne({}, { session }))).toBe(251);
    expect(await collection.findOne()).toEqual({ _id: 1, x: 2 });
  });

  it('answer a repeated commit, and refuse what cannot be part of them', async () => {
    const collection = await mongo.collection([{ _id: 1 }]);
    session.startTransaction();
    await collection.insertOne({ _id: 2 }, { session });
    await session.commitTransaction();
    await session.commitTransaction();
    session.startTransaction();
    await collection.findOne({}, { session });
    expect(await errorCode(collection.createIndex({ a: 1 }, { session }))).toBe(263);
    const unknown = mongo.client.db('admin').command({
      commitTransaction: 1,
      lsid: other.id,
      txnNumber: 99n,
      autocommit: false,
    });
    expect(await errorCode(unknown)).toBe(251);
  });
});
