import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Opened, TestDocument } from './opened.js';

const claimers = 20;
const items = 300;

export function claimContract({ mongo, url, collection }: Opened): void {
  describe('claims', () => {
    it(`give ${claimers} claimers on connections of their own every item once, the urgent first`, async () => {
      const queue = await collection(
        Array.from({ length: items }, (_, at) => ({
          _id: at,
          status: 'PENDING',
          priority: at % 3,
        })),
      );
      await queue.createIndex({ status: 1, priority: -1, _id: 1 });
      const { databaseName } = mongo().db;
      const claimAll = async (claimer: number): Promise<TestDocument[]> => {
        const client = await new MongoClient(url(), { maxPoolSize: 1 }).connect();
        const own = client.db(databaseName).collection<TestDocument>(queue.collectionName);
        const mine: TestDocument[] = [];
        // A claim that loses a race may find nothing though there is more.
        while ((await own.countDocuments({ status: 'PENDING' })) > 0) {
          const item = await own.findOneAndUpdate(
            { status: 'PENDING' },
            { $set: { status: 'CLAIMED', claimer }, $inc: { claims: 1 } },
            { sort: { priority: -1, _id: 1 }, returnDocument: 'after' },
          );
          if (item) mine.push(item);
        }
        await client.close();
        return mine;
      };
      const all = await Promise.all(Array.from({ length: claimers }, (_, at) => claimAll(at)));
      for (const [claimer, mine] of all.entries()) {
        expect(mine.every((item) => item['claimer'] === claimer && item['claims'] === 1)).toBe(
          true,
        );
        const priorities = mine.map((item) => Number(item['priority']));
        expect(priorities).toEqual([...priorities].sort((one, other) => other - one));
      }
      const claimed = all.flat().map(({ _id }) => _id);
      expect(claimed).toHaveLength(items);
      expect(new Set(claimed).size).toBe(items);
      expect(await queue.countDocuments({ status: 'CLAIMED', claims: 1 })).toBe(items);
    });

    it('count without gap or double through an upserted counter', async () => {
      const counters = await collection();
      const next = async (): Promise<number> => {
        const counter = await counters.findOneAndUpdate(
          { _id: 'seq' },
          { $inc: { value: 1 } },
          { upsert: true, returnDocument: 'after' },
        );
        return Number(counter?.['value']);
      };
      const values = await Promise.all(Array.from({ length: 40 }, next));
      expect(values.sort((one, other) => one - other)).toEqual(
        Array.from({ length: 40 }, (_, at) => at + 1),
      );
    });
  });
}
