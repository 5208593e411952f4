import { randomUUID } from 'node:crypto';
import { serviceUrls, startPostgresServer } from '@pcc/testkit';
import { MongoClient } from 'mongodb';
import { describe } from 'vitest';
import { eventStoreContract } from './event-store.contract.js';
import { mongoEventStore, postgresEventStore } from './testing/event-store.js';

// Not the embedded engine: sessions that run at the same time and wait for each other's locks.
eventStoreContract('events on a PostgreSQL server', async () => {
  const postgres = await startPostgresServer();
  const store = postgresEventStore(postgres.url);
  await store.prepare();
  return {
    ...store,
    close: async () => {
      await store.close();
      await postgres.close();
    },
  };
});

const { mongo: url } = serviceUrls();

describe.skipIf(url === undefined)('with TEST_MONGODB_URL', () => {
  eventStoreContract('events on a MongoDB server', async () => {
    const database = `test_${randomUUID().slice(0, 8)}`;
    const store = mongoEventStore(url ?? '', database);
    await store.prepare();
    return {
      ...store,
      close: async () => {
        await store.close();
        const client = new MongoClient(url ?? '');
        await client.db(database).dropDatabase();
        await client.close();
      },
    };
  });
});
