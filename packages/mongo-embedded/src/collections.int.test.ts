import { Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { errorCode, serverError, startHarness } from './testing/harness.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

const validator = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['status', 'attempts'],
    additionalProperties: false,
    properties: {
      _id: {},
      status: { enum: ['pending', 'sent'], description: 'what became of it' },
      attempts: { bsonType: ['int', 'long'], minimum: 0, maximum: 10, exclusiveMaximum: true },
      tags: { bsonType: 'array', items: { type: 'string', minLength: 2 }, uniqueItems: true },
      to: {
        bsonType: 'object',
        required: ['email'],
        properties: { email: { type: 'string', pattern: '@' } },
      },
    },
  },
};

describe('validators', () => {
  it('hold for inserts, updates and upserts', async () => {
    const collection = await mongo.client
      .db('test')
      .createCollection<Record<string, unknown>>('validated', { validator });
    const good = { status: 'pending', attempts: 1, tags: ['ab'], to: { email: 'a@b' } };
    await collection.insertOne({ ...good });
    await collection.insertOne({ ...good, attempts: Long.fromNumber(2) });
    for (const wrong of [
      { attempts: 'x' },
      { attempts: 1.5 },
      { attempts: -1 },
      { attempts: 10 },
      { status: 'other' },
      { tags: ['a'] },
      { tags: ['ab', 'ab'] },
      { to: {} },
      { to: { email: 'nobody' } },
      { extra: 1 },
    ])
      expect([wrong, await errorCode(collection.insertOne({ ...good, ...wrong }))]).toEqual([
        wrong,
        121,
      ]);
    expect(await errorCode(collection.updateOne({ attempts: 1 }, { $set: { status: 'x' } }))).toBe(
      121,
    );
    expect(
      await errorCode(collection.updateOne({ attempts: 5 }, { $set: { a: 1 } }, { upsert: true })),
    ).toBe(121);
    const error = await serverError(
      collection.findOneAndUpdate({ attempts: 1 }, { $unset: { status: '' } }),
    );
    expect(error.errorResponse).toMatchObject({ code: 121, codeName: 'DocumentValidationFailure' });
    expect(await collection.countDocuments()).toBe(2);
  });

  it('can be changed, loosened and given as a plain query', async () => {
    const db = mongo.client.db('test');
    const collection = await db.createCollection<Record<string, unknown>>('plain', {
      validator: { n: { $gt: 0 } },
    });
    expect(await errorCode(collection.insertOne({ n: 0 }))).toBe(121);
    await collection.insertOne({ n: 0 }, { bypassDocumentValidation: true });
    await db.command({ collMod: 'plain', validationLevel: 'moderate' });
    await collection.updateOne({ n: 0 }, { $set: { x: 1 } });
    await db.command({ collMod: 'plain', validator: {} });
    await collection.insertOne({ n: -1 });
    expect(
      await errorCode(db.createCollection('bad', { validator: { $jsonSchema: { bogus: 1 } } })),
    ).toBe(9);
    expect(await errorCode(db.createCollection('bad', { validator: { a: { $bogus: 1 } } }))).toBe(
      2,
    );
  });

  it('can be used in queries', async () => {
    const collection = await mongo.collection([
      { _id: 1, a: 'x' },
      { _id: 2, a: 1 },
    ]);
    const schema = { required: ['a'], properties: { a: { bsonType: 'string' } } };
    expect(await collection.find({ $jsonSchema: schema }).toArray()).toHaveLength(1);
  });
});

describe('collections', () => {
  it('are listed, renamed and dropped', async () => {
    const db = mongo.client.db('admin-test');
    const collection = db.collection('one');
    await collection.insertOne({ a: 1 });
    const [listed] = await db.listCollections({ name: 'one' }).toArray();
    expect(listed).toMatchObject({ name: 'one', type: 'collection' });
    await collection.rename('two');
    expect(await db.collection('two').countDocuments()).toBe(1);
    await db.createCollection('three');
    expect(await errorCode(db.createCollection('three'))).toBe(48);
    expect(await errorCode(db.collection('two').rename('three'))).toBe(48);
    await db.collection('two').rename('three', { dropTarget: true });
    expect(
      (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name),
    ).toEqual(['three']);
    await db.collection('three').drop();
    expect(await db.collection('three').countDocuments()).toBe(0);
    await db.dropDatabase();
    expect((await db.admin().listDatabases()).databases.map(({ name }) => name)).not.toContain(
      'admin-test',
    );
  });
});

describe('what is not there is refused', () => {
  it.each<[string, object, number]>([
    ['a command', { noSuchCommand: 1 }, 59],
    ['an option', { find: 'c', bogus: 1 }, 40415],
    ['collation', { find: 'c', collation: { locale: 'en', strength: 2 } }, 238],
    ['tailable cursors', { find: 'c', tailable: true }, 238],
    ['capped collections', { create: 'capped', capped: true, size: 100 }, 238],
    ['views', { create: 'view', viewOn: 'c', pipeline: [] }, 238],
    ['a cursor that never was', { getMore: Long.fromNumber(1), collection: 'c' }, 43],
    ['a bad sort', { find: 'c', sort: { a: 2 } }, 2],
    ['a negative skip', { find: 'c', skip: -1 }, 2],
    ['an update option', { update: 'c', updates: [{ q: {}, u: { a: 1 }, bogus: 1 }] }, 9],
    ['a bad name', { create: 'a$b' }, 73],
    ['a bad delete', { delete: 'c', deletes: [{ q: {}, limit: 2 }] }, 9],
    ['an empty batch', { insert: 'c', documents: [] }, 16],
  ])('%s', async (_name, command, code) => {
    expect(await errorCode(mongo.client.db('test').command(command))).toBe(code);
  });

  it('keeps answering after all of it', async () => {
    expect(await mongo.client.db('test').command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect((await mongo.client.db('admin').command({ buildInfo: 1 }))['version']).toBe('7.0.0');
  });
});
