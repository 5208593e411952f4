import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Binary } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryInUseError, startMongoServer } from './index.js';
import { connect, errorCode } from './testing/harness.js';
import { surviveKills } from './testing/kills/rounds.js';
import { sendRaw } from './testing/raw.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pcc-mongo-kill-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('durability', () => {
  it('finds everything again after a restart', async () => {
    const data = join(directory, 'restart');
    const first = await startMongoServer({ directory: data });
    await expect(startMongoServer({ directory: data })).rejects.toBeInstanceOf(DirectoryInUseError);
    const client = await connect(first.url);
    const db = client.db('app');
    const validator = { n: { $gte: 0 } };
    const collection = await db.createCollection<{ _id: string; n: number }>('kept', { validator });
    await collection.createIndex({ n: 1 }, { unique: true });
    await collection.insertMany([
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
    ]);
    await collection.deleteOne({ _id: 'b' });
    const increment = {
      update: 'kept',
      updates: [{ q: { _id: 'a' }, u: { $inc: { n: 1 } } }],
      lsid: { id: new Binary(randomBytes(16), 4) },
      $db: 'app',
      txnNumber: 1n,
    };
    expect(await sendRaw(first.url, increment)).toMatchObject({ ok: 1, nModified: 1 });
    await client.close();
    await first.close();

    const second = await startMongoServer({ directory: data });
    const again = await connect(second.url);
    const kept = again.db('app').collection<{ _id: string; n: number }>('kept');
    // The driver may repeat a write whose answer the restart swallowed.
    expect(await sendRaw(second.url, increment)).toMatchObject({ ok: 1, nModified: 1 });
    expect(await kept.find().toArray()).toEqual([{ _id: 'a', n: 2 }]);
    expect((await kept.indexes()).map(({ name }) => name)).toEqual(['_id_', 'n_1']);
    expect(await errorCode(kept.insertOne({ _id: 'c', n: 2 }))).toBe(11000);
    expect(await errorCode(kept.insertOne({ _id: 'c', n: -2 }))).toBe(121);
    await again.close();
    await second.close();
  });

  // kills.durability.test.ts does this longer. A loaded machine takes its time to start processes.
  it('loses no acknowledged write and tears none when it is killed', async () => {
    const data = join(directory, 'killed');
    const acknowledged = await surviveKills({ directory: data, kills: 3, seed: 1, writes: 80 });
    expect(acknowledged).toBeGreaterThan(40);
  }, 120_000);
});
