import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MigrationError, StoreError, StoreInUseError } from '../errors.js';
import { connectMongo, type Mongo } from './connect.js';
import { type EmbeddedMongo, startEmbeddedMongo } from './embedded.js';
import { migrateMongo, migrateMongoDown, type MongoMigration } from './migrate.js';

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

describe('migrateMongo', () => {
  let calls: string[];
  const migration = (
    name: string,
    up: () => Promise<void> = async () => undefined,
  ): MongoMigration => ({
    name,
    async up() {
      calls.push(`up ${name}`);
      await up();
    },
    async down() {
      calls.push(`down ${name}`);
    },
  });
  const options = (...migrations: MongoMigration[]) => ({
    db: mongo.db,
    client: mongo.client,
    migrations,
    logger: silentLogger,
  });

  beforeEach(async () => {
    calls = [];
    await mongo.db.collection('schema_migrations').deleteMany({});
  });

  it('applies what is new, by name, once', async () => {
    const [one, two] = [migration('0001_init'), migration('0002_more')];
    expect(await migrateMongo(options(two, one))).toEqual(['0001_init', '0002_more']);
    expect(await migrateMongo(options(one, two))).toEqual([]);
    expect(calls).toEqual(['up 0001_init', 'up 0002_more']);
  });

  it('stops at a failing one, records only what is complete, and goes on once it is mended', async () => {
    const broken = migration('0002_bad', () => Promise.reject(new Error('no')));
    const rest = [migration('0001_init'), migration('0003_last')];
    await expect(migrateMongo(options(...rest, broken))).rejects.toThrow('0002_bad failed: no');
    expect(await migrateMongo(options(...rest, migration('0002_bad')))).toEqual([
      '0002_bad',
      '0003_last',
    ]);
  });

  it('refuses when something was applied that this release does not have', async () => {
    await migrateMongo(options(migration('0001_init'), migration('0002_newer')));
    await expect(migrateMongo(options(migration('0001_init')))).rejects.toThrow(/0002_newer/);
  });

  it('lets runners at once take turns', async () => {
    const all = ['0001', '0002', '0003'].map((name) => migration(name));
    const results = await Promise.all([1, 2, 3].map(() => migrateMongo(options(...all))));
    expect(results.flat().sort()).toEqual(['0001', '0002', '0003']);
    expect(calls).toHaveLength(3);
  });

  it('takes back the newest only', async () => {
    const all = [migration('0001'), migration('0002')];
    await migrateMongo(options(...all));
    await expect(migrateMongoDown({ ...options(...all), name: '0001' })).rejects.toThrow(
      MigrationError,
    );
    await migrateMongoDown({ ...options(...all), name: '0002' });
    expect(await migrateMongo(options(...all))).toEqual(['0002']);
    expect(calls).toEqual(['up 0001', 'up 0002', 'down 0002', 'up 0002']);
  });
});
