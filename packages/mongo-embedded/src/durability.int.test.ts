import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { Binary } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryInUseError, startMongoServer } from './index.js';
import { connect, errorCode } from './testing/harness.js';
import { sendRaw } from './testing/raw.js';

// A child process runs plain JavaScript; it lies inside the package so that it finds its modules.
const bundle = fileURLToPath(new URL('../node_modules/.durability/child.mjs', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pcc-mongo-kill-'));
  buildSync({
    entryPoints: [fileURLToPath(new URL('./testing/child.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function startChild(data: string) {
  const child = spawn(process.execPath, [bundle, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { url, kill: () => child.kill('SIGKILL'), exited };
}

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

  it('loses no acknowledged write and tears no transaction when it is killed', async () => {
    const data = join(directory, 'killed');
    const acknowledged = { inserts: new Set<string>(), pairs: new Set<string>(), counter: 0 };
    for (let round = 0; round < 4; round++) {
      const server = await startChild(data);
      const client = await connect(server.url, 300);
      await client.db('app').collection('items').createIndex({ group: 1, n: 1 });
      const writers = Array.from({ length: 4 }, (_, writer) =>
        writeUntilKilled(client, `${round}-${writer}`, acknowledged),
      );
      setTimeout(server.kill, 150 + round * 90);
      await server.exited;
      await Promise.all(writers);
      await client.close();
    }
    const server = await startMongoServer({ directory: data });
    const client = await connect(server.url);
    const db = client.db('app');
    const items = await db
      .collection<{ _id: string; group: string; text: string }>('items')
      .find()
      .toArray();
    const stored = new Set(items.map(({ _id }) => _id));
    expect([...acknowledged.inserts].filter((id) => !stored.has(id))).toEqual([]);
    expect(acknowledged.inserts.size).toBeGreaterThan(20);
    expect(items.every(({ _id, text }) => text === _id.repeat(50))).toBe(true);
    const left = new Set(
      (await db.collection<{ _id: string }>('left').find().toArray()).map(({ _id }) => _id),
    );
    const right = new Set(
      (await db.collection<{ _id: string }>('right').find().toArray()).map(({ _id }) => _id),
    );
    expect(left).toEqual(right);
    expect([...acknowledged.pairs].filter((id) => !left.has(id))).toEqual([]);
    const counter = await db
      .collection<{ _id: string; n: number }>('counters')
      .findOne({ _id: 'all' });
    expect(counter?.n).toBeGreaterThanOrEqual(acknowledged.counter);
    // The index tells the same as the documents.
    const groups = new Set(items.map(({ group }) => group));
    let indexed = 0;
    for (const group of groups) indexed += await db.collection('items').countDocuments({ group });
    expect(indexed).toBe(items.length);
    await client.close();
    await server.close();
  });
});

interface Acknowledged {
  inserts: Set<string>;
  pairs: Set<string>;
  counter: number;
}

/** Inserts, counts and commits transactions, noting only what was acknowledged, until it breaks. */
async function writeUntilKilled(
  client: Awaited<ReturnType<typeof connect>>,
  writer: string,
  acknowledged: Acknowledged,
): Promise<void> {
  const db = client.db('app');
  const within = { timeoutMS: 2_000 };
  for (let n = 0; ; n++) {
    const id = `${writer}-${n}`;
    try {
      await db
        .collection<{ _id: string }>('items')
        .insertOne({ _id: id, group: writer, n, text: id.repeat(50) } as { _id: string }, within);
      acknowledged.inserts.add(id);
      await db
        .collection<{ _id: string }>('counters')
        .updateOne({ _id: 'all' }, { $inc: { n: 1 } }, { upsert: true, ...within });
      acknowledged.counter++;
      const session = client.startSession();
      await session.withTransaction(async () => {
        await db.collection<{ _id: string }>('left').insertOne({ _id: id }, { session });
        await db.collection<{ _id: string }>('right').insertOne({ _id: id }, { session });
      }, within);
      acknowledged.pairs.add(id);
    } catch {
      // The server is gone; what was not acknowledged may or may not be there.
      return;
    }
  }
}
