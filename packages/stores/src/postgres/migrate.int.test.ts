import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MigrationError } from '../errors.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.js';
import { migratePostgres, migratePostgresDown } from './migrate.js';
import { postgresTemplateDirectory } from './data-directory.js';

let directory: string;
let postgres: EmbeddedPostgres;
let client: pg.Client;
let migrations: string;
let schema: string;
let counter = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-migrate-'));
  postgres = await startEmbeddedPostgres({
    directory,
    logger: silentLogger,
    templateDirectory: postgresTemplateDirectory(),
  });
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  schema = `subgraph_${++counter}`;
  migrations = join(directory, schema);
  await write('0001_init', 'CREATE TABLE people (id int PRIMARY KEY);', 'DROP TABLE people;');
});

async function write(name: string, up: string, down?: string): Promise<void> {
  await mkdir(join(migrations, name), { recursive: true });
  await writeFile(join(migrations, name, 'migration.sql'), up);
  if (down !== undefined) await writeFile(join(migrations, name, 'down.sql'), down);
}

const options = () => ({
  url: postgres.url,
  schema,
  directory: migrations,
  logger: silentLogger,
});
const tables = async (): Promise<string[]> => {
  const { rows } = await client.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_name <> '_prisma_migrations' ORDER BY 1`,
    [schema],
  );
  return rows.map((row) => row.table_name);
};
const ledger = async () =>
  (
    await client.query<Record<string, unknown>>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back, applied_steps_count AS steps FROM "${schema}"."_prisma_migrations" ORDER BY started_at`,
    )
  ).rows;

describe('migratePostgres', () => {
  it('applies what is new, once, into the schema, with Prisma’s checksum', async () => {
    expect(await migratePostgres(options())).toEqual(['0001_init']);
    expect(await migratePostgres(options())).toEqual([]);
    await write('0002_more', 'CREATE TABLE courses (id int); CREATE TABLE lessons (id int);');
    expect(await migratePostgres({ ...options(), dryRun: true })).toEqual(['0002_more']);
    expect(await tables()).toEqual(['people']);
    expect(await migratePostgres(options())).toEqual(['0002_more']);
    expect(await tables()).toEqual(['courses', 'lessons', 'people']);
    expect((await ledger())[0]).toEqual({
      name: '0001_init',
      // `sha256sum` of the file
      checksum: '676d98a6c869e80645cab6b629af8feb5a3c88619d0e3d3d4a4cdeda4acde690',
      finished: true,
      rolled_back: false,
      steps: 1,
    });
  });

  it('keeps the schemas’ ledgers apart', async () => {
    await migratePostgres(options());
    schema = `${schema}_other`;
    expect(await migratePostgres(options())).toEqual(['0001_init']);
    expect(await tables()).toEqual(['people']);
  });

  it('refuses an edited file and a missing one', async () => {
    await migratePostgres(options());
    await write('0001_init', 'CREATE TABLE people (id bigint PRIMARY KEY);');
    await expect(migratePostgres(options())).rejects.toThrow(/0001_init was edited/);
    await rm(join(migrations, '0001_init'), { recursive: true });
    await expect(migratePostgres(options())).rejects.toThrow(/file is missing/);
  });

  it('leaves nothing of a failing migration, and applies it once it is mended', async () => {
    await write('0002_bad', 'CREATE TABLE half (id int); SELECT 1/0; CREATE TABLE never (id int);');
    await expect(migratePostgres(options())).rejects.toThrow(MigrationError);
    expect(await tables()).toEqual(['people']);
    expect(await ledger()).toHaveLength(1);
    await write('0002_bad', 'CREATE TABLE half (id int);');
    expect(await migratePostgres(options())).toEqual(['0002_bad']);
  });

  it('refuses to go on after another tool’s failed migration', async () => {
    await migratePostgres(options());
    await client.query(
      `INSERT INTO "${schema}"."_prisma_migrations" (id, checksum, migration_name) VALUES ('x', 'y', '0002_theirs')`,
    );
    await expect(migratePostgres(options())).rejects.toThrow(/0002_theirs failed half-way/);
  });

  it('records a failure of a migration that runs without a transaction', async () => {
    await write('0002_bare', '-- no-transaction\nCREATE INDEX CONCURRENTLY i ON nowhere (id);');
    await expect(migratePostgres(options())).rejects.toThrow(/0002_bare failed/);
    await expect(migratePostgres(options())).rejects.toThrow(/failed half-way/);
  });

  it('lets two runners at once apply each migration once', async () => {
    for (let n = 2; n < 8; n++) await write(`000${n}_t`, `CREATE TABLE t${n} (id int);`);
    const results = await Promise.all([1, 2, 3].map(() => migratePostgres(options())));
    expect(results.flat().sort()).toHaveLength(7);
    expect(new Set(results.flat()).size).toBe(7);
    expect(await ledger()).toHaveLength(7);
  });

  it('gives one clear line when there is no server', async () => {
    const url = 'postgresql://postgres@127.0.0.1:1/postgres';
    await expect(migratePostgres({ ...options(), url })).rejects.toThrow(
      /^Cannot connect to Postgres: .*ECONNREFUSED/,
    );
  });
});

describe('migratePostgresDown', () => {
  it('takes back the newest migration only, which can then be applied again', async () => {
    await write('0002_more', 'CREATE TABLE courses (id int);', 'DROP TABLE courses;');
    await migratePostgres(options());
    await expect(migratePostgresDown({ ...options(), name: '0001_init' })).rejects.toThrow(
      /not the newest/,
    );
    await migratePostgresDown({ ...options(), name: '0002_more' });
    expect(await tables()).toEqual(['people']);
    expect((await ledger()).map((row) => row.rolled_back)).toEqual([false, true]);
    expect(await migratePostgres(options())).toEqual(['0002_more']);
  });

  it('changes nothing when down.sql fails or is missing', async () => {
    await write('0002_more', 'CREATE TABLE courses (id int);', 'DROP TABLE courses; SELECT 1/0;');
    await write('0003_last', 'CREATE TABLE last (id int);');
    await migratePostgres(options());
    await expect(migratePostgresDown({ ...options(), name: '0003_last' })).rejects.toThrow(
      /no down.sql/,
    );
    await write('0003_last', 'CREATE TABLE last (id int);', 'DROP TABLE last;');
    await migratePostgresDown({ ...options(), name: '0003_last' });
    await expect(migratePostgresDown({ ...options(), name: '0002_more' })).rejects.toThrow(
      MigrationError,
    );
    expect(await tables()).toEqual(['courses', 'people']);
    expect((await ledger()).map((row) => row.rolled_back)).toEqual([false, false, true]);
  });
});
