import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@pcc/platform';
import { migratePostgres } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMigrate } from './run.js';

const root = new URL('../../', import.meta.url);
let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());

const migrate = (...args: string[]) =>
  runMigrate(args, { MIGRATOR_DATABASE_URL: postgres.url, LOG_LEVEL: 'fatal' });

const tables = async () => {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_tables WHERE schemaname = 'insights' AND tablename <> '_prisma_migrations'`,
  );
  await client.end();
  return rows[0]?.count;
};

it('says what it would apply, and takes back what was applied', async () => {
  const lines = await migrate('--dry-run');
  expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'learning: would apply',
    'commerce: would apply',
    'content: would apply',
    'insights: would apply',
    'Nothing was changed.',
  ]);
  expect(await tables()).toBe(0);

  const directory = fileURLToPath(new URL('prisma/insights/migrations', root));
  const applied = await migratePostgres({
    url: postgres.url,
    schema: 'insights',
    directory,
    logger: silentLogger,
  });
  const before = await tables();
  expect(before).toBeGreaterThan(3);
  expect((await migrate('--dry-run', '--subgraph', 'insights'))[0]).toBe('insights: up to date');

  for (const name of applied.reverse()) {
    const down = ['--down', name, '--subgraph', 'insights'];
    expect(await migrate(...down, '--dry-run')).toEqual([`insights: would take back ${name}`]);
    expect(await tables()).toBe(before);
    expect(await migrate(...down)).toEqual([`insights: took back ${name}`]);
    await expect(migrate(...down)).rejects.toThrow('is not the newest applied migration');
  }
  expect(await tables()).toBe(0);
});

it('names every missing variable, and for Postgres alone no more than it needs', async () => {
  await expect(migrate()).rejects.toThrow(
    'MONGODB_URL is not set\nCLICKHOUSE_URL is not set\nS3_URL is not set',
  );
  await expect(runMigrate(['--dry-run'], {})).rejects.toThrow(/^MIGRATOR_DATABASE_URL is not set$/);
});

it('ends with 1 and one clear line when there is no server', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('dist/tools/migrate/main.js', root)), '--dry-run'],
    { env: { MIGRATOR_DATABASE_URL: 'postgresql://migrator@127.0.0.1:1/lms' }, encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^Cannot connect to Postgres: .*ECONNREFUSED.*\n$/);
});
