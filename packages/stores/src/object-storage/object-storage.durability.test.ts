import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, testDirectory, waitFor } from '@pcc/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectObjectStorage, type ObjectStorage } from './connect.js';
import { broken, bucket, makeWriters, write } from './embedded-writers.js';

const kills = 30;
/** Killed after so much was acknowledged and a moment, whatever the speed of the machine. */
const moment = fc.record({ writes: fc.integer({ min: 1, max: 40 }), afterMs: fc.nat(60) });

describe('the embedded object storage, killed in the middle of uploads', () => {
  it(`keeps what it acknowledged whole, and nothing else, ${kills} times`, async () => {
    const seed = randomInt(2 ** 31);
    const folder = await testDirectory();
    const writers = makeWriters(4, seed);
    const done = () => writers.reduce((sum, writer) => sum + writer.done, 0);
    const start = async () => {
      const child = await startChild(new URL('./embedded-child.ts', import.meta.url), {
        arguments: [folder.path],
      });
      const url = await waitFor(() => child.lines[0], { what: 'the storage', timeoutMs: 60_000 });
      return { child, storage: connectObjectStorage({ url }) };
    };

    let { child, storage } = await start();
    try {
      await storage.ensureBucket(bucket);
      for (const { writes, afterMs } of fc.sample(moment, { numRuns: kills, seed })) {
        const before = done();
        const writing = writers.map((writer) => write(storage, writer));
        await waitFor(() => done() >= before + writes, { timeoutMs: 60_000 });
        await sleep(afterMs);
        await child.kill();
        await Promise.all(writing);
        await storage.close();

        ({ child, storage } = await start());
        const { problems, keys } = await broken(storage, writers);
        expect(problems, `seed ${seed}`).toEqual([]);
        for (const version of [1, 2] as const) {
          expect(await list(storage, version), `seed ${seed}`).toEqual(keys);
        }
        const contents = await readdir(join(folder.path, 'contents'));
        expect(contents.length, `seed ${seed}: files of no object`).toBe(keys.length);
      }
    } finally {
      await storage.close();
      await child.kill();
      await folder.close();
    }
    expect(done()).toBeGreaterThan(kills * 5);
  });
});

async function list({ client }: ObjectStorage, version: 1 | 2): Promise<string[]> {
  const items =
    version === 1 ? client.listObjects(bucket, '', true) : client.listObjectsV2(bucket, '', true);
  return ((await items.toArray()) as { name: string }[]).map(({ name }) => name).sort();
}
