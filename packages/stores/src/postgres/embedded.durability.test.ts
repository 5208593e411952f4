import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type TestChild, testDirectory, waitFor } from '@pcc/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postgresTemplateDirectory } from './data-directory.js';
import {
  broken,
  createTables,
  type Kind,
  withClient,
  write,
  type Writer,
} from './embedded-writers.js';

const kills = 30;
/**
 * Killed after so many writes and a moment, whatever the speed of the machine; and every so often while it still
 * recovers from the kill before.
 */
const moment = fc.record({
  writes: fc.integer({ min: 1, max: 120 }),
  afterMs: fc.nat(30),
  killedAtStart: fc.nat(4),
  startMs: fc.nat(1_500),
});

const start = (directory: string, ...template: string[]): Promise<TestChild> =>
  startChild(new URL('./embedded-child.ts', import.meta.url), {
    arguments: [directory, ...template],
  });
const urlOf = (child: TestChild) =>
  waitFor(() => child.lines[0], { what: 'the embedded Postgres to open', timeoutMs: 60_000 });

const total = (writers: readonly Writer[]): number =>
  writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);

describe('the embedded Postgres, killed while clients write', () => {
  it(`loses nothing acknowledged and tears nothing, ${kills} times`, async () => {
    const seed = randomInt(2 ** 31);
    const folder = await testDirectory();
    const directory = join(folder.path, 'postgres');
    const kinds: Kind[] = ['entries', 'entries', 'transfers', 'transfers', 'documents', 'made'];
    const writers: Writer[] = kinds.map((kind, id) => ({ id, kind, acknowledged: 0, sent: 0 }));

    let child = await start(directory, postgresTemplateDirectory());
    try {
      await createTables(await urlOf(child));
      for (const { writes, afterMs, killedAtStart, startMs } of fc.sample(moment, {
        numRuns: kills,
        seed,
      })) {
        const url = await urlOf(child);
        const before = total(writers);
        const writing = writers.map((writer) => write(url, writer));
        await waitFor(() => total(writers) >= before + writes, { timeoutMs: 60_000 });
        await sleep(afterMs);
        await child.kill();
        await Promise.all(writing);
        expect(existsSync(join(directory, 'lock'))).toBe(true); // the dead process's
        if (killedAtStart === 0) {
          const short = await start(directory);
          await sleep(startMs);
          await short.kill();
        }
        child = await start(directory);
        const problems = await withClient(await urlOf(child), (client) => broken(client, writers));
        expect(problems, `seed ${seed}`).toEqual([]);
      }
    } finally {
      await child.kill();
      await folder.close();
    }
    for (const { kind, id, acknowledged } of writers) {
      expect(acknowledged, `${kind} of writer ${id}`).toBeGreaterThan(kills);
    }
  });

  it('opens a directory whose very first start was killed', async () => {
    const seed = randomInt(2 ** 31);
    for (const delay of fc.sample(fc.nat(3_000), { numRuns: 3, seed })) {
      const folder = await testDirectory();
      const directory = join(folder.path, 'postgres');
      const first = await start(directory);
      await sleep(delay);
      await first.kill();
      const second = await start(directory);
      const answer = await withClient(await urlOf(second), (client) =>
        client.query('SELECT 1 AS n'),
      );
      expect(answer.rows, `seed ${seed}`).toEqual([{ n: 1 }]);
      await second.kill();
      await folder.close();
    }
  });
});
