import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { testDirectory, waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError, StoreInUseError } from '../errors.js';
import { connectMongo, type Mongo } from './connect.js';
import { type EmbeddedMongo, startEmbeddedMongo } from './embedded.js';
import { mongoContract } from './mongo.contract.js';

let directory: string;
let server: EmbeddedMongo;
let mongo: Mongo;

// Never a mongod that this machine happens to have: the suite is about what everybody gets.
const start = () => startEmbeddedMongo({ directory, logger: silentLogger, path: '' });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-mongo-'));
  server = await start();
  mongo = await connectMongo({ url: server.url, database: 'content' });
});

afterAll(async () => {
  await mongo.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

mongoContract('the embedded MongoDB', async () => {
  const own = await testDirectory();
  const embedded = await startEmbeddedMongo({
    directory: own.path,
    logger: silentLogger,
    path: '',
  });
  return {
    url: embedded.url,
    async close() {
      await embedded.close();
      await own.close();
    },
  };
});

describe('the embedded MongoDB', () => {
  it('serves the ordinary driver, transactions included', async () => {
    await mongo.ping();
    await mongo.db.createCollection<{ _id: number }>('numbers');
    const numbers = mongo.db.collection<{ _id: number; absent?: undefined }>('numbers');
    await numbers.insertOne({ _id: 1, absent: undefined });
    await mongo.client.withSession((session) =>
      session.withTransaction(async () => {
        await numbers.insertOne({ _id: 2 }, { session });
      }),
    );
    await expect(numbers.insertOne({ _id: 2 })).rejects.toMatchObject({ code: 11_000 });
    expect(await numbers.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 1 }, { _id: 2 }]);
  });

  it('is refused to a second instance, and keeps its documents over a restart', async () => {
    await expect(start()).rejects.toThrow(StoreInUseError);
    await mongo.db.collection<{ _id: string }>('kept').insertOne({ _id: 'document' });
    await mongo.close();
    await server.close();
    server = await start();
    mongo = await connectMongo({ url: server.url, database: 'content' });
    expect(await mongo.db.collection('kept').find().toArray()).toEqual([{ _id: 'document' }]);
  });
});

describe('a MongoDB that is down', () => {
  it('is one clear line at the start', async () => {
    const connecting = connectMongo({ url: 'mongodb://127.0.0.1:1', database: 'content' });
    await expect(connecting).rejects.toThrow(StoreError);
    await expect(connecting).rejects.toThrow(/^Cannot connect to MongoDB: /);
  });

  it('fails the ping within bounds, and answers again when it is back on its address', async () => {
    const other = await mkdtemp(join(tmpdir(), 'stores-mongo-'));
    const { startMongoServer } = await import('@pcc/mongo-embedded');
    const first = await startMongoServer({ directory: other, logger: silentLogger });
    const store = await connectMongo({ url: first.url, database: 'content' });
    await first.close();
    const begun = Date.now();
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(Date.now() - begun).toBeLessThan(3_000);
    const again = await startMongoServer({
      directory: other,
      port: first.port,
      logger: silentLogger,
    });
    await waitFor(() => store.ping().then(() => true));
    await store.close();
    await again.close();
    await rm(other, { recursive: true, force: true });
  });
});
