import { waitFor } from '@pcc/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from 'mongodb';
import type { Opened, TestDocument } from './opened.js';
import { ids } from './opened.js';

/** MongoDB looks once a minute. */
const timeoutMs = 150_000;

export function expiryContract({ mongo, collection }: Opened): void {
  describe('TTL indexes', () => {
    let sessions: Collection<TestDocument>;
    beforeAll(async () => {
      sessions = await collection([
        { _id: 'over', expireAt: new Date(Date.now() - 1_000) },
        { _id: 'later', expireAt: new Date(Date.now() + 3_600_000) },
        { _id: 'never' },
      ]);
      await sessions.createIndex({ expireAt: 1 }, { name: 'expiry', expireAfterSeconds: 0 });
    });

    it(
      'delete what is over, and nothing else',
      async () => {
        const gone = async () => (await sessions.findOne({ _id: 'over' })) === null;
        await waitFor(gone, { what: 'the document to expire', timeoutMs });
        expect(ids(await sessions.find().sort({ _id: 1 }).toArray())).toEqual(['later', 'never']);
      },
      timeoutMs,
    );

    it('have their time changed by collMod', async () => {
      const index = { name: 'expiry', expireAfterSeconds: 60 };
      await mongo().db.command({ collMod: sessions.collectionName, index });
      expect(await sessions.indexes()).toContainEqual(expect.objectContaining(index));
    });
  });
}
