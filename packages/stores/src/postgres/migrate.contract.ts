import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migratePostgres } from './migrate.js';
import { downContract } from './migrate-down.contract.js';
import { migratePostgresDown } from './migrate-down.js';
import {
  ledger,
  type MigrationSetting,
  tables,
  useMigrationSetting,
} from './migration-test-setting.js';
import type { OpenPostgres } from './postgres.contract.js';

/** What the runner must do on any Postgres. */
export function migrationContract(name: string, open: OpenPostgres): void {
  describe(name, () => {
    const setting = useMigrationSetting(open);
    upContract(setting);
    refusalContract(setting);
    bareContract(setting);
    downContract(setting);
  });
}

function upContract(setting: MigrationSetting): void {
  const { options, write } = setting;

  it('applies what is new, once, into the schema, with Prisma’s checksum', async () => {
    expect(await migratePostgres(options())).toEqual(['0001_init']);
    expect(await migratePostgres(options())).toEqual([]);
    await write('0002_more', 'CREATE TABLE courses (id int); CREATE TABLE lessons (id int);');
    expect(await migratePostgres(options())).toEqual(['0002_more']);
    expect(await tables(setting)).toEqual(['courses', 'lessons', 'people']);
    expect((await ledger(setting))[0]).toEqual({
      name: '0001_init',
      // `sha256sum` of the file
      checksum: '676d98a6c869e80645cab6b629af8feb5a3c88619d0e3d3d4a4cdeda4acde690',
      finished: true,
      rolled_back: false,
      steps: 1,
    });
  });

  it('names what it would apply in a dry run, and changes nothing', async () => {
    expect(await migratePostgres({ ...options(), dryRun: true })).toEqual(['0001_init']);
    expect(await setting.query(`SELECT to_regnamespace('SCHEMA') AS schema`)).toEqual([
      { schema: null },
    ]);
    await migratePostgres(options());
    await write('0002_more', 'CREATE TABLE courses (id int);');
    expect(await migratePostgres({ ...options(), dryRun: true })).toEqual(['0002_more']);
    expect(await tables(setting)).toEqual(['people']);
    expect(await ledger(setting)).toHaveLength(1);
  });

  it('keeps the schemas’ ledgers apart', async () => {
    await migratePostgres(options());
    const other = { ...options(), schema: `${setting.schema}_other` };
    expect(await migratePostgres(other)).toEqual(['0001_init']);
    expect(await migratePostgres(options())).toEqual([]);
  });

  it('leaves nothing of a failing migration, and applies it once it is mended', async () => {
    await write('0002_bad', 'CREATE TABLE half (id int); SELECT 1/0; CREATE TABLE never (id int);');
    await expect(migratePostgres(options())).rejects.toThrow(/0002_bad failed: division by zero/);
    expect(await tables(setting)).toEqual(['people']);
    expect(await ledger(setting)).toHaveLength(1);
    await write('0002_bad', 'CREATE TABLE half (id int);');
    expect(await migratePostgres(options())).toEqual(['0002_bad']);
  });

  it('leaves nothing of one that fails at its very end, when deferred constraints are checked', async () => {
    await write(
      '0002_late',
      `CREATE TABLE late (id int PRIMARY KEY, next int REFERENCES late DEFERRABLE INITIALLY DEFERRED);
       INSERT INTO late VALUES (1, 2);`,
    );
    await expect(migratePostgres(options())).rejects.toThrow(/0002_late failed: .*foreign key/);
    expect(await tables(setting)).toEqual(['people']);
    expect(await ledger(setting)).toHaveLength(1);
  });

  it('lets two runners at once apply each migration once', async () => {
    for (let n = 2; n < 8; n++) await write(`000${n}_t`, `CREATE TABLE t${n} (id int);`);
    const results = await Promise.all([1, 2, 3].map(() => migratePostgres(options())));
    expect(results.flat().sort()).toHaveLength(7);
    expect(new Set(results.flat()).size).toBe(7);
    expect(await ledger(setting)).toHaveLength(7);
  });
}

function refusalContract(setting: MigrationSetting): void {
  const { options, write } = setting;

  it('refuses an edited file and a missing one, in a dry run as well', async () => {
    await migratePostgres(options());
    await write('0001_init', 'CREATE TABLE people (id bigint PRIMARY KEY);');
    for (const dryRun of [false, true]) {
      await expect(migratePostgres({ ...options(), dryRun })).rejects.toThrow(
        /0001_init was edited/,
      );
    }
    await expect(migratePostgresDown({ ...options(), name: '0001_init' })).rejects.toThrow(
      /0001_init was edited/,
    );
    await rm(join(options().directory, '0001_init'), { recursive: true });
    await expect(migratePostgres(options())).rejects.toThrow(/file is missing/);
    expect(await tables(setting)).toEqual(['people']);
  });

  it('refuses to go on after another tool’s failed migration', async () => {
    await migratePostgres(options());
    await setting.query(
      `INSERT INTO SCHEMA."_prisma_migrations" (id, checksum, migration_name) VALUES ('x', 'y', '0002_theirs')`,
    );
    await expect(migratePostgres(options())).rejects.toThrow(/0002_theirs failed half-way/);
  });
}

function bareContract(setting: MigrationSetting): void {
  const { options, write, query } = setting;
  const bare = '-- no-transaction\n';

  it('runs CREATE INDEX CONCURRENTLY outside a transaction, up and down', async () => {
    await write('0002_table', 'CREATE TABLE indexed (n int);', 'DROP TABLE indexed;');
    await write(
      '0003_index',
      `${bare}CREATE INDEX CONCURRENTLY indexed_n_idx ON SCHEMA.indexed (n);`,
      `${bare}DROP INDEX CONCURRENTLY SCHEMA.indexed_n_idx;`,
    );
    const index = () => query(`SELECT to_regclass('SCHEMA.indexed_n_idx') IS NOT NULL AS there`);
    await migratePostgres(options());
    expect(await index()).toEqual([{ there: true }]);
    await migratePostgresDown({ ...options(), name: '0003_index' });
    expect(await index()).toEqual([{ there: false }]);
    expect(await migratePostgres(options())).toEqual(['0003_index']);
    expect(await index()).toEqual([{ there: true }]);
  });

  it('records the failure of a migration that runs without a transaction, until someone has looked', async () => {
    await write('0002_bare', `${bare}CREATE INDEX CONCURRENTLY i ON nowhere (id);`);
    await expect(migratePostgres(options())).rejects.toThrow(/0002_bare failed: .*nowhere/);
    await expect(migratePostgres(options())).rejects.toThrow(/0002_bare failed half-way/);
    expect(
      await query('SELECT logs FROM SCHEMA."_prisma_migrations" WHERE finished_at IS NULL'),
    ).toEqual([{ logs: expect.stringContaining('nowhere') as unknown }]);
    // As the message says.
    await query(
      `UPDATE SCHEMA."_prisma_migrations" SET rolled_back_at = now() WHERE migration_name = '0002_bare'`,
    );
    await write('0002_bare', `${bare}CREATE INDEX CONCURRENTLY i ON SCHEMA.people (id);`);
    expect(await migratePostgres(options())).toEqual(['0002_bare']);
  });
}
