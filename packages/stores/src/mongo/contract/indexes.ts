import { describe, expect, it } from 'vitest';
import type { Opened } from './opened.js';
import { codeOf, ids, refusal } from './opened.js';

export function indexContract({ collection }: Opened): void {
  describe('indexes', () => {
    it('keep keys unique, and say which clashed', async () => {
      const queue = await collection([{ _id: 1, to: 'a', event: 1 }]);
      await queue.createIndex({ to: 1, event: 1 }, { unique: true, name: 'once' });
      const error = await refusal(queue.insertOne({ _id: 2, to: 'a', event: 1 }));
      expect(error).toMatchObject({
        code: 11_000,
        keyPattern: { to: 1, event: 1 },
        keyValue: { to: 'a', event: 1 },
      });
      expect(error.message).toMatch(/E11000 duplicate key error .* index: once dup key/);
      await queue.insertOne({ _id: 2, to: 'a', event: 2 });
      expect(await codeOf(queue.updateOne({ _id: 2 }, { $set: { event: 1 } }))).toBe(11_000);
      const doubles = await collection([
        { _id: 1, k: 1 },
        { _id: 2, k: 1 },
      ]);
      expect(await codeOf(doubles.createIndex({ k: 1 }, { unique: true }))).toBe(11_000);
    });

    it('may be partial: unique among some only', async () => {
      const seats = await collection([{ _id: 1, user: 'a', live: false }]);
      const partialFilterExpression = { live: true };
      await seats.createIndex({ user: 1 }, { unique: true, partialFilterExpression });
      await seats.insertMany([
        { _id: 2, user: 'a', live: false },
        { _id: 3, user: 'a', live: true },
      ]);
      expect(await codeOf(seats.insertOne({ _id: 4, user: 'a', live: true }))).toBe(11_000);
      expect(await codeOf(seats.updateOne({ _id: 1 }, { $set: { live: true } }))).toBe(11_000);
      const outbox = await collection([
        { _id: 1, at: 2, publishedAt: null },
        { _id: 2, at: 1, publishedAt: new Date() },
      ]);
      await outbox.createIndex({ at: 1 }, { partialFilterExpression: { publishedAt: null } });
      expect(ids(await outbox.find({ publishedAt: null }).sort({ at: 1 }).toArray())).toEqual([1]);
    });

    it('reach into arrays, and refuse two arrays at once', async () => {
      const courses = await collection([
        { _id: 1, tags: ['a', 'b'] },
        { _id: 2, tags: ['b'] },
        { _id: 3, tags: [] },
      ]);
      await courses.createIndex({ tags: 1 });
      expect(ids(await courses.find({ tags: 'b' }).sort({ _id: 1 }).toArray())).toEqual([1, 2]);
      await courses.createIndex({ tags: 1, people: 1 });
      expect(await codeOf(courses.insertOne({ _id: 4, tags: [1], people: [1] }))).toBe(171);
    });

    it('serve equality, range and order, as explain shows', async () => {
      const logs = await collection(
        Array.from({ length: 200 }, (_, at) => ({ _id: at, user: at % 4, at: new Date(at) })),
      );
      await logs.createIndex({ user: 1, at: -1 }, { name: 'list' });
      const query = logs
        .find({ user: 1, at: { $lt: new Date(100) } })
        .sort({ at: -1 })
        .limit(3);
      expect(ids(await query.toArray())).toEqual([97, 93, 89]);
      const { queryPlanner } = (await query.clone().explain('queryPlanner')) as {
        queryPlanner: { winningPlan: unknown };
      };
      const plan = JSON.stringify(queryPlanner.winningPlan);
      expect(plan).toContain('"indexName":"list"');
      expect(plan).not.toContain('"SORT"');
    });

    it('are made twice without harm, otherwise refused, and dropped', async () => {
      const any = await collection([{ _id: 1 }]);
      await any.createIndex({ a: 1 }, { name: 'a' });
      await any.createIndex({ a: 1 }, { name: 'a' });
      expect(await codeOf(any.createIndex({ b: 1 }, { name: 'a' }))).toBe(86);
      expect(await codeOf(any.createIndex({ a: 1 }, { name: 'other' }))).toBe(85);
      await any.dropIndex('a');
      expect(await codeOf(any.dropIndex('a'))).toBe(27);
      expect((await any.indexes()).map(({ name }) => name)).toEqual(['_id_']);
    });
  });
}
