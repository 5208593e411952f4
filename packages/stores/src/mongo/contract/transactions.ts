import type { ClientSession } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Opened } from './opened.js';
import { codeOf, ids, refusal } from './opened.js';

export function transactionContract({ mongo, collection }: Opened): void {
  describe('transactions', () => {
    let session: ClientSession;
    let other: ClientSession;
    beforeEach(() => {
      session = mongo().client.startSession();
      other = mongo().client.startSession();
    });
    afterEach(async () => {
      await session.endSession();
      await other.endSession();
    });

    it('commit over several collections; nobody sees them before', async () => {
      const [messages, outbox] = [await collection([{ _id: 0 }]), await collection()];
      await session.withTransaction(async () => {
        await messages.insertOne({ _id: 1 }, { session });
        await outbox.insertOne({ _id: 1 }, { session });
        expect(await messages.countDocuments({}, { session })).toBe(2);
        expect(ids(await messages.find().toArray())).toEqual([0]);
      });
      expect(ids(await messages.find().sort({ _id: 1 }).toArray())).toEqual([0, 1]);
      expect(ids(await outbox.find().toArray())).toEqual([1]);
    });

    it('leave nothing behind when they abort', async () => {
      const items = await collection([{ _id: 0 }, { _id: 1 }]);
      session.startTransaction();
      await items.insertOne({ _id: 2 }, { session });
      await items.updateOne({ _id: 0 }, { $set: { x: 1 } }, { session });
      await items.deleteOne({ _id: 1 }, { session });
      await session.abortTransaction();
      expect(await items.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 0 }, { _id: 1 }]);
    });

    it('conflict when two write one document: the second may try again', async () => {
      const items = await collection([{ _id: 1, n: 0 }]);
      session.startTransaction();
      other.startTransaction();
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      const conflict = await refusal(
        items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: other }),
      );
      expect(conflict.code).toBe(112);
      expect(conflict.hasErrorLabel('TransientTransactionError')).toBe(true);
      await session.commitTransaction();
      await other.abortTransaction();
      expect(await items.findOne()).toEqual({ _id: 1, n: 1 });
    });

    it('read one state of everything, and conflict with what came after it', async () => {
      const items = await collection([{ _id: 1, n: 0 }]);
      session.startTransaction({ readConcern: { level: 'snapshot' } });
      expect(await items.findOne({ _id: 1 }, { session })).toEqual({ _id: 1, n: 0 });
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } });
      expect(await items.findOne({ _id: 1 }, { session })).toEqual({ _id: 1, n: 0 });
      expect(await codeOf(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }))).toBe(112);
      expect(await codeOf(items.findOne({ _id: 1 }, { session }))).toBe(251);
      await session.abortTransaction();
    });

    it('number messages without gap or double, ten senders at once', async () => {
      const [counters, messages] = [
        await collection([{ _id: 'chat', seq: 0 }]),
        await collection(),
      ];
      await messages.createIndex({ seq: 1 }, { unique: true });
      const send = (_id: number): Promise<unknown> =>
        mongo().client.withSession((own) =>
          own.withTransaction(async () => {
            const counter = await counters.findOneAndUpdate(
              { _id: 'chat' },
              { $inc: { seq: 1 } },
              { session: own, returnDocument: 'after' },
            );
            await messages.insertOne({ _id, seq: counter?.['seq'] as number }, { session: own });
          }),
        );
      await Promise.all(Array.from({ length: 10 }, (_, at) => send(at)));
      const sequence = await messages.find().sort({ seq: 1 }).toArray();
      expect(sequence.map(({ seq }) => seq as unknown)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('keep unique keys unique', async () => {
      const items = await collection([{ _id: 1, key: 'taken' }]);
      await items.createIndex({ key: 1 }, { unique: true });
      session.startTransaction();
      expect(await codeOf(items.insertOne({ _id: 2, key: 'taken' }, { session }))).toBe(11_000);
      await session.abortTransaction();
      session.startTransaction();
      await items.deleteOne({ _id: 1 }, { session });
      await items.insertOne({ _id: 3, key: 'taken' }, { session });
      await session.commitTransaction();
      expect(ids(await items.find({ key: 'taken' }).toArray())).toEqual([3]);
    });

    it('make writers outside wait for them', async () => {
      const items = await collection([{ _id: 1, n: 0 }]);
      session.startTransaction();
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      let finished = false;
      const outside = items.updateOne({ _id: 1 }, { $inc: { n: 10 } }).then(() => {
        finished = true;
      });
      await items.countDocuments();
      expect(finished).toBe(false);
      await session.commitTransaction();
      await outside;
      expect(await items.findOne()).toEqual({ _id: 1, n: 11 });
    });
  });
}
