import { startChild, waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { MigrationError } from '../errors.js';
import { migratePostgres } from './migrate.js';
import {
  ledger,
  type MigrationSetting,
  tables,
  useMigrationSetting,
} from './migration-test-setting.js';
import type { OpenPostgres } from './postgres.contract.js';

/**
 * What the runner must do where sessions are real: runners that wait for each other, indexes that are built
 * beside other people's transactions, runners and connections that die in the middle.
 */
export function migrationServerContract(name: string, open: OpenPostgres, rounds: number): void {
  describe(name, () => {
    const setting = useMigrationSetting(open);
    it(`lets four runners at once apply each migration once, ${rounds} times`, async () => {
      for (let round = 0; round < rounds; round++) await takeTurns(setting, round);
    });
    describe('CREATE INDEX CONCURRENTLY', () => indexContract(setting));
    describe('a migration that is cut off', () => deathContract(setting));
  });
}

const bareIndex = '-- no-transaction\nCREATE INDEX CONCURRENTLY people_idx ON SCHEMA.people (id);';

async function takeTurns({ write, options, query }: MigrationSetting, round: number) {
  const migrations = [1, 2, 3].map((n) => `01${round.toString().padStart(2, '0')}_${n}`);
  const [table = '', index = '', more = ''] = migrations;
  await write(table, `CREATE TABLE t${round} (id int); SELECT pg_sleep(0.02);`);
  await write(
    index,
    `-- no-transaction\nCREATE INDEX CONCURRENTLY i${round} ON SCHEMA.t${round} (id);`,
  );
  await write(more, `ALTER TABLE t${round} ADD COLUMN more int;`);
  const results = await Promise.all([1, 2, 3, 4].map(() => migratePostgres(options())));
  expect(
    results
      .flat()
      .filter((name) => migrations.includes(name))
      .sort(),
  ).toEqual(migrations);
  const applied = await query(
    `SELECT migration_name AS name FROM SCHEMA."_prisma_migrations"
      WHERE migration_name LIKE '${table.slice(0, 4)}%' AND finished_at IS NOT NULL ORDER BY 1`,
  );
  expect(applied.map(({ name }) => name)).toEqual(migrations);
}

/** The backend that runs a statement in the test's schema, once it does. */
const backend = ({ query }: MigrationSetting, statement: string, waiting: string) =>
  waitFor(
    async () => {
      const [row] = await query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
            AND query LIKE '%${statement}%' AND pid <> pg_backend_pid() AND ${waiting}`,
      );
      return row?.['pid'] as number | undefined;
    },
    { what: statement },
  );
const indexBackend = (setting: MigrationSetting) =>
  backend(setting, 'CREATE INDEX CONCURRENTLY people_idx ON SCHEMA.', `wait_event_type = 'Lock'`);

/** The runner in a process of its own. */
export const startRunner = ({ options }: MigrationSetting) => {
  const { url, schema, directory } = options();
  return startChild(new URL('./migrate-child.ts', import.meta.url), {
    arguments: [url, schema, directory],
  });
};

const index = ({ query }: MigrationSetting) =>
  query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('SCHEMA.people_idx')`,
  );

/** What the refusal asks for. */
const settle = ({ query }: MigrationSetting, column: 'rolled_back_at' | 'finished_at') =>
  query(
    `UPDATE SCHEMA."_prisma_migrations" SET ${column} = now() WHERE migration_name = '0002_index'`,
  );

function indexContract(setting: MigrationSetting): void {
  const { options, write, query } = setting;

  /** A table that somebody writes to, in a transaction that the index must wait for. */
  const inUse = async () => {
    await migratePostgres(options());
    await write('0002_index', bareIndex);
    const writer = await setting.session();
    await writer.query('BEGIN');
    await writer.query(`INSERT INTO ${setting.schema}.people VALUES (1)`);
    return writer;
  };

  it('waits for open transactions while another runner waits for it, and neither for ever', async () => {
    const writer = await inUse();
    const first = migratePostgres(options());
    await indexBackend(setting);
    const second = migratePostgres(options());
    await backend(setting, 'pg_try_advisory_lock', `state = 'idle'`);
    await writer.query('COMMIT');
    expect([await first, await second]).toEqual([['0002_index'], []]);
    expect(await index(setting)).toEqual([{ valid: true }]);
  });

  it('cut off with its runner, leaves an invalid index that is refused until it is mended', async () => {
    const writer = await inUse();
    const runner = await startRunner(setting);
    const pid = await indexBackend(setting);
    await runner.kill();
    await query(`SELECT pg_terminate_backend(${pid})`);
    await writer.query('COMMIT');
    await expect(migratePostgres(options())).rejects.toThrow(/0002_index failed half-way/);
    expect(await index(setting)).toEqual([{ valid: false }]);
    await query('DROP INDEX CONCURRENTLY SCHEMA.people_idx');
    await settle(setting, 'rolled_back_at');
    expect(await migratePostgres(options())).toEqual(['0002_index']);
    expect(await index(setting)).toEqual([{ valid: true }]);
  });

  it('goes on in the server when its runner is killed; the next one waits, and asks what to make of it', async () => {
    const writer = await inUse();
    const runner = await startRunner(setting);
    await indexBackend(setting);
    await runner.kill();
    const next = migratePostgres(options());
    await backend(setting, 'pg_try_advisory_lock', `state = 'idle'`);
    await writer.query('COMMIT');
    await expect(next).rejects.toThrow(/0002_index failed half-way.*finished_at/);
    expect(await index(setting)).toEqual([{ valid: true }]);
    await settle(setting, 'finished_at');
    expect(await migratePostgres(options())).toEqual([]);
  });

  it('that fails says why, and that there is something to mend', async () => {
    await write('0001_init', 'CREATE TABLE people (id int); INSERT INTO people VALUES (1), (1);');
    await migratePostgres(options());
    await write('0002_index', bareIndex.replace('CREATE INDEX', 'CREATE UNIQUE INDEX'));
    await expect(migratePostgres(options())).rejects.toThrow(/0002_index failed: .*unique/);
    expect(await index(setting)).toEqual([{ valid: false }]);
    await expect(migratePostgres(options())).rejects.toThrow(/0002_index failed half-way/);
  });
}

function deathContract(setting: MigrationSetting): void {
  const { options, write, query } = setting;

  /** A migration that waits in its middle until the returned function is called. */
  const heldUp = async () => {
    await migratePostgres(options());
    const middle = 'ALTER TABLE people ADD COLUMN note text';
    await write('0002_held', `CREATE TABLE half (id int); ${middle}; CREATE TABLE whole (id int);`);
    const holder = await setting.session();
    await holder.query(`BEGIN; LOCK TABLE ${setting.schema}.people`);
    return () => holder.query('COMMIT');
  };
  const waiting = () => backend(setting, 'CREATE TABLE half', `wait_event_type = 'Lock'`);

  it('with its runner leaves nothing, and the next runner applies it', async () => {
    const letGo = await heldUp();
    const runner = await startRunner(setting);
    await waiting();
    await runner.kill();
    expect(await tables(setting)).toEqual(['people']);
    const next = migratePostgres(options());
    await letGo();
    expect(await next).toEqual(['0002_held']);
    expect(await tables(setting)).toEqual(['half', 'people', 'whole']);
    expect(await ledger(setting)).toHaveLength(2);
  });

  it('by the server leaves nothing, and the runner says so', async () => {
    const letGo = await heldUp();
    const running = migratePostgres(options());
    const outcome = expect(running).rejects.toThrow(/0002_held failed: .*terminat/);
    await query(`SELECT pg_terminate_backend(${await waiting()})`);
    await outcome;
    await expect(running).rejects.toThrow(MigrationError);
    await letGo();
    expect(await tables(setting)).toEqual(['people']);
    expect(await migratePostgres(options())).toEqual(['0002_held']);
  });
}
