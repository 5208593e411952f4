import { describe, expect, it } from 'vitest';
import type { Opened, TestDocument } from './opened.js';
import { codeOf, refusal } from './opened.js';

const validator = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['status', 'attempts'],
    properties: {
      status: { enum: ['PENDING', 'SENT'] },
      attempts: { bsonType: ['int', 'long'], minimum: 0 },
      title: { bsonType: 'string', minLength: 1, maxLength: 5 },
      tags: { bsonType: 'array', items: { bsonType: 'string' } },
    },
  },
};

export function validatorContract({ mongo }: Opened): void {
  describe('validators', () => {
    it('refuse with 121 what does not fit, in inserts, updates and upserts', async () => {
      const items = await mongo().db.createCollection<TestDocument>('validated', { validator });
      const good = { status: 'PENDING', attempts: 0 };
      await items.insertOne({ _id: 1, ...good });
      const wrong = [
        { attempts: 'x' },
        { attempts: 1.5 },
        { attempts: -1 },
        { status: 'LOST' },
        { title: '' },
        { title: 'too long' },
        { tags: [1] },
      ];
      for (const fields of wrong)
        expect(
          await codeOf(items.insertOne({ _id: 2, ...good, ...fields })),
          JSON.stringify(fields),
        ).toBe(121);
      const error = await refusal(items.updateOne({ _id: 1 }, { $set: { status: 'LOST' } }));
      expect(error).toMatchObject({ code: 121, errInfo: { failingDocumentId: 1 } });
      const claim = items.findOneAndUpdate({ _id: 1 }, { $unset: { status: '' } });
      expect(await codeOf(claim)).toBe(121);
      const upsert = items.updateOne({ _id: 3 }, { $set: { attempts: 1 } }, { upsert: true });
      expect(await codeOf(upsert)).toBe(121);
      expect(await items.find().toArray()).toEqual([{ _id: 1, ...good }]);
    });

    it('are changed by collMod; a moderate one lets old documents be', async () => {
      const { db } = mongo();
      const items = await db.createCollection<TestDocument>('changing', {});
      await items.insertOne({ _id: 1, n: 0 });
      const change = { collMod: 'changing', validator: { n: { $gt: 0 } } };
      await db.command({ ...change, validationLevel: 'moderate' });
      await items.updateOne({ _id: 1 }, { $set: { x: 1 } });
      expect(await codeOf(items.insertOne({ _id: 2, n: 0 }))).toBe(121);
      await db.command({ ...change, validationLevel: 'strict' });
      expect(await codeOf(items.updateOne({ _id: 1 }, { $set: { x: 2 } }))).toBe(121);
      await items.insertOne({ _id: 3, n: 0 }, { bypassDocumentValidation: true });
      expect(await codeOf(db.createCollection('changing', { validator }))).toBe(48);
    });
  });
}
