import { randomBytes } from 'node:crypto';
import type { Closable } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMongo, type Mongo } from './connect.js';
import { claimContract } from './contract/claims.js';
import { documentContract } from './contract/documents.js';
import { expiryContract } from './contract/expiry.js';
import { indexContract } from './contract/indexes.js';
import { migrationContract } from './contract/migrations.js';
import { pipelineContract } from './contract/pipelines.js';
import type { Opened, TestDocument } from './contract/opened.js';
import { retryContract } from './contract/retries.js';
import { searchContract } from './contract/search.js';
import { transactionContract } from './contract/transactions.js';
import { validatorContract } from './contract/validators.js';

/** Opens a server; whatever else is on it is left alone. */
export type OpenMongo = () => Promise<{ url: string } & Closable>;

/** What any MongoDB must do for the product: the embedded one, or a replica set. */
export function mongoContract(name: string, open: OpenMongo): void {
  describe(name, () => {
    let server: Awaited<ReturnType<OpenMongo>>;
    let mongo: Mongo;
    let collections = 0;
    const opened: Opened = {
      mongo: () => mongo,
      url: () => server.url,
      async collection(documents = []) {
        const name = `collection_${++collections}`;
        const created = await mongo.db.createCollection<TestDocument>(name);
        if (documents.length > 0) await created.insertMany([...documents]);
        return created;
      },
    };
    beforeAll(async () => {
      server = await open();
      const database = `contract_${randomBytes(4).toString('hex')}`;
      mongo = await connectMongo({ url: server.url, database });
    });
    afterAll(async () => {
      await mongo.db.dropDatabase();
      await mongo.close();
      await server.close();
    });

    it('answers the ping', async () => {
      await expect(mongo.ping()).resolves.toBeUndefined();
    });

    documentContract(opened);
    pipelineContract(opened);
    claimContract(opened);
    indexContract(opened);
    searchContract(opened);
    expiryContract(opened);
    transactionContract(opened);
    validatorContract(opened);
    retryContract(opened);
    migrationContract(opened);
  });
}
