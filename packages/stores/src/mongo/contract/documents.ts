import { Decimal128, Double, Int32, Long, MongoBulkWriteError, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Opened, TestDocument } from './opened.js';
import { codeOf, ids } from './opened.js';

export function documentContract({ mongo, collection }: Opened): void {
  describe('documents', () => {
    it('keep their types; an undefined field is none', async () => {
      const values = await collection();
      const document = {
        _id: 1,
        int: new Int32(1),
        double: new Double(1),
        long: Long.fromString('9007199254740993'),
        decimal: Decimal128.fromString('1.10'),
        date: new Date(5),
        id: new ObjectId(),
        absent: undefined,
      };
      await values.insertOne(document);
      const { absent: _absent, ...stored } = document;
      expect(await values.findOne({}, { promoteValues: false })).toEqual({
        ...stored,
        _id: new Int32(1),
      });
      const types = { int: { $type: 'int' }, double: { $type: 'double' }, long: { $type: 'long' } };
      expect(await values.countDocuments(types)).toBe(1);
    });

    it('are updated by operators, pipelines and array filters', async () => {
      const posts = await collection([
        {
          _id: 1,
          votes: 1,
          voters: ['a'],
          parts: [
            { key: 'x', n: 1 },
            { key: 'y', n: 1 },
          ],
        },
      ]);
      await posts.updateOne(
        { _id: 1, voters: { $ne: 'b' } },
        { $inc: { votes: 1 }, $addToSet: { voters: 'b' }, $set: { 'parts.$[part].n': 9 } },
        { arrayFilters: [{ 'part.key': 'y' }] },
      );
      await posts.updateOne({ _id: 1, 'parts.key': 'x' }, { $set: { 'parts.$.n': 5 } });
      await posts.updateOne({ _id: 1 }, [{ $set: { sum: { $sum: '$parts.n' } } }]);
      expect(await posts.findOne()).toEqual({
        _id: 1,
        votes: 2,
        voters: ['a', 'b'],
        parts: [
          { key: 'x', n: 5 },
          { key: 'y', n: 9 },
        ],
        sum: 14,
      });
      const none = await posts.updateOne({ _id: 1, voters: { $ne: 'b' } }, { $inc: { votes: 1 } });
      expect(none).toMatchObject({ matchedCount: 0, modifiedCount: 0 });
      const same = await posts.updateOne({ _id: 1 }, { $set: { votes: 2 } });
      expect(same).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    });

    it('are upserted once: $setOnInsert, and fields in the order of their paths', async () => {
      const counters = await collection();
      const upsert = (at: number) =>
        counters.findOneAndUpdate(
          { _id: 'c', user: 'u', course: 'k' },
          { $inc: { n: 1 }, $setOnInsert: { at } },
          { upsert: true, returnDocument: 'after' },
        );
      expect(JSON.stringify(await upsert(1))).toBe(
        '{"_id":"c","course":"k","user":"u","at":1,"n":1}',
      );
      expect(await upsert(2)).toMatchObject({ at: 1, n: 2 });
      const replaced = await counters.replaceOne({ _id: 'd' }, { n: 0 }, { upsert: true });
      expect(replaced.upsertedId).toBe('d');
    });

    it('are written in bulk: unordered goes on after an error, ordered stops', async () => {
      const operations = [
        { insertOne: { document: { _id: 1 } } },
        { insertOne: { document: { _id: 2 } } },
        { updateOne: { filter: { _id: 9 }, update: { $set: { a: 1 } }, upsert: true } },
        { deleteOne: { filter: { _id: 1 } } },
      ];
      const [unordered, ordered] = [await collection([{ _id: 1 }]), await collection([{ _id: 1 }])];
      const bulk = unordered.bulkWrite(operations, { ordered: false });
      await expect(bulk).rejects.toMatchObject({ code: 11_000, insertedCount: 1, deletedCount: 1 });
      expect(ids(await unordered.find().sort({ _id: 1 }).toArray())).toEqual([2, 9]);
      await expect(ordered.bulkWrite(operations)).rejects.toThrow(MongoBulkWriteError);
      expect(ids(await ordered.find().toArray())).toEqual([1]);
    });

    it('are read page by page and batch by batch', async () => {
      const many: TestDocument[] = Array.from({ length: 250 }, (_, at) => ({
        _id: at,
        at: Math.floor(at / 10),
      }));
      const list = await collection(many);
      expect(await list.find().batchSize(30).toArray()).toHaveLength(250);
      const seen: unknown[] = [];
      let last: TestDocument | undefined;
      do {
        const after = last && {
          $or: [
            { at: { $lt: last['at'] as number } },
            { at: last['at'] as number, _id: { $lt: last._id } },
          ],
        };
        const page = await list
          .find({ ...after })
          .sort({ at: -1, _id: -1 })
          .limit(70)
          .toArray();
        seen.push(...ids(page));
        last = page.at(-1);
      } while (last);
      expect(seen).toEqual(ids(many).reverse());
    });

    it('refuse what would not be stored as asked', async () => {
      const one = await collection([{ _id: 1, text: 'x', list: 1 }]);
      expect(await codeOf(one.insertOne({ _id: 1 }))).toBe(11_000);
      expect(await codeOf(one.updateOne({}, { $inc: { text: 1 } }))).toBe(14);
      expect(await codeOf(one.updateOne({}, { $push: { list: 1 } as never }))).toBe(2);
      expect(await codeOf(one.updateOne({}, { $set: { _id: 2 } }))).toBe(66);
      expect(await codeOf(one.updateOne({}, { $set: { 'text.y': 1 } }))).toBe(28);
      expect(await codeOf(one.updateOne({}, { $set: { a: 1 }, $inc: { a: 1 } }))).toBe(40);
      expect(await codeOf(one.updateOne({}, { $bogus: { a: 1 } }))).toBe(9);
      expect(await codeOf(one.find({ a: { $bogus: 1 } }).toArray())).toBe(2);
      expect(await codeOf(mongo().db.command({ bogus: 1 }))).toBe(59);
      expect(await one.find().toArray()).toEqual([{ _id: 1, text: 'x', list: 1 }]);
    });
  });
}
