import { type Document, Long, MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Opened } from './opened.js';
import { codeOf } from './opened.js';

export function retryContract({ mongo, url, collection }: Opened): void {
  describe('retryable writes', () => {
    it('are executed once, however often the driver sends them', async () => {
      const counters = await collection([{ _id: 'a', n: 0 }]);
      // A client of its own, since the numbers below are not the driver's.
      const client = await new MongoClient(url()).connect();
      const db = client.db(mongo().db.databaseName);
      const session = client.startSession();
      // What the driver sends again after a broken connection: the same session and number.
      const send = (number: number, command: Document): Promise<Document> =>
        db.command({ ...command, txnNumber: Long.fromNumber(number) }, { session });
      const increment = {
        update: counters.collectionName,
        updates: [{ q: { _id: 'a' }, u: { $inc: { n: 1 } } }],
      };
      expect(await send(1, increment)).toMatchObject({ n: 1, nModified: 1 });
      expect(await send(1, increment)).toMatchObject({ n: 1, nModified: 1 });
      const claim = {
        findAndModify: counters.collectionName,
        query: { _id: 'a' },
        update: { $inc: { n: 1 } },
        new: true,
      };
      expect((await send(2, claim))['value']).toEqual({ _id: 'a', n: 2 });
      expect((await send(2, claim))['value']).toEqual({ _id: 'a', n: 2 });
      const insert = { insert: counters.collectionName, documents: [{ _id: 'b' }, { _id: 'c' }] };
      expect(await send(3, insert)).toMatchObject({ n: 2 });
      const again = await send(3, insert);
      expect(again).toMatchObject({ n: 2 });
      expect(again['writeErrors']).toBeUndefined();
      expect(await codeOf(send(2, claim))).toBe(225);
      await session.endSession();
      await client.close();
      expect(await counters.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 2 });
    });

    it('include the commit of a transaction', async () => {
      const items = await collection([{ _id: 0 }]);
      const session = mongo().client.startSession();
      session.startTransaction();
      await items.insertOne({ _id: 1 }, { session });
      await session.commitTransaction();
      await session.commitTransaction();
      await session.endSession();
      expect(await items.countDocuments()).toBe(2);
    });
  });
}
