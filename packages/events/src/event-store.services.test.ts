import { randomUUID } from 'node:crypto';
import { serviceUrls, startPostgresServer } from '@pcc/testkit';
import { MongoClient } from 'mongodb';
import { describe } from 'vitest';
import { eventStoreContract } from './event-store.contract.js';
import { mongoEventStore, postgresEventStore, prepared } from './testing/event-store.js';

// Not the embedded engine: sessions that run at the same time and wait for each other's locks.
eventStoreContract('events on a PostgreSQL server', async () => {
  const server = await startPostgresServer();
  return prepared(postgresEventStore(server.url), server);
});

const { mongo: url = '' } = serviceUrls();

describe.skipIf(url === '')('with TEST_MONGODB_URL', () => {
  eventStoreContract('events on a MongoDB server', async () => {
    const database = `test_${randomUUID().slice(0, 8)}`;
    const dropDatabase = async () => {
      const client = new MongoClient(url);
      await client.db(database).dropDatabase();
      await client.close();
    };
    return prepared(mongoEventStore(url, database), { close: dropDatabase });
  });
});
