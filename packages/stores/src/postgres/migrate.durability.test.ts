import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresServer, waitFor } from '@pcc/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { migratePostgres } from './migrate.js';
import { startRunner } from './migrate-server.contract.js';
import { type MigrationSetting, useMigrationSetting } from './migration-test-setting.js';

const kills = 30;
/** More than a runner gets done before it is killed. */
const perRound = 12;

const nameOf = (n: number): string => `${String(n).padStart(4, '0')}_step`;

/** Each leaves two rows, a table and its row in the ledger. */
async function writeSteps({ write }: MigrationSetting, from: number): Promise<void> {
  for (let n = from; n < from + perRound; n++) {
    const insert = (part: number) => `INSERT INTO steps VALUES ('${nameOf(n)}', ${part});`;
    await write(
      nameOf(n),
      `${insert(1)} SELECT pg_sleep(0.02); CREATE TABLE "${nameOf(n)}" (n int); ${insert(2)}`,
    );
  }
}

/** What is there of each step that is there at all, as one statement sees it at one moment. */
const steps = ({ query }: MigrationSetting) =>
  query(
    `SELECT name, (SELECT count(*) FROM SCHEMA.steps AS s WHERE s.name = one.name)::int AS rows,
            (SELECT count(*) FROM pg_class AS c WHERE c.relname = one.name
                AND c.relnamespace = 'SCHEMA'::regnamespace)::int AS tables,
            (SELECT count(*) FROM SCHEMA."_prisma_migrations" AS m WHERE m.migration_name = one.name
                AND m.finished_at IS NOT NULL)::int AS entries
       FROM (SELECT name FROM SCHEMA.steps
              UNION SELECT relname FROM pg_class WHERE relnamespace = 'SCHEMA'::regnamespace
              UNION SELECT migration_name FROM SCHEMA."_prisma_migrations") AS one
      WHERE name LIKE '%\\_step' ORDER BY name`,
  );

describe('a runner that is killed at random moments', () => {
  const setting = useMigrationSetting(startPostgresServer);

  it(`leaves whole migrations only, ${kills} times, and the next one goes on`, async () => {
    const seed = randomInt(2 ** 31);
    await setting.write('0001_init', 'CREATE TABLE steps (name text, part int);');
    await migratePostgres(setting.options());
    let written = 1;
    let interrupted = 0;
    for (const delay of fc.sample(fc.nat(250), { numRuns: kills, seed })) {
      await writeSteps(setting, written + 1);
      written += perRound;
      const runner = await startRunner(setting);
      // From its first sign of life on, so that it is killed at work and not while it starts.
      await waitFor(() => runner.lines.length > 0);
      await sleep(delay);
      await runner.kill();
      const found = await steps(setting);
      const half = found.filter(
        ({ rows, tables, entries }) => rows !== 2 || tables !== 1 || entries !== 1,
      );
      expect(half, `seed ${seed}`).toEqual([]);
      const told = runner.lines.map(
        (line) => (JSON.parse(line) as { migration: string }).migration,
      );
      expect(
        found.map(({ name }) => name),
        `seed ${seed}`,
      ).toEqual(expect.arrayContaining(told));
      if (found.length < written - 1) interrupted++;
    }
    expect(interrupted).toBeGreaterThan(kills / 2);
    await migratePostgres(setting.options());
    expect(await steps(setting)).toHaveLength(written - 1);
  });
});
