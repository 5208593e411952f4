import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { testDirectory, type TestDirectory, waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MigrationError } from '../../errors.js';
import { connectClickHouse } from '../connect.js';
import { migrateClickHouse } from '../migrate.js';
import { asAdmin, type Subject } from './subject.js';

export function migrationContract(current: () => Subject): void {
  let directory: TestDirectory;
  let database: string;
  beforeAll(async () => {
    directory = await testDirectory();
    database = `${current().database}_migrated`;
  });
  afterAll(async () => {
    await asAdmin(current().target, `DROP DATABASE IF EXISTS ${database} SYNC`);
    await directory.close();
  });

  const write = async (name: string, text: string) => {
    const path = join(directory.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const table = (name: string) =>
    `CREATE TABLE ${name} (x Int8) ENGINE = \${engine:MergeTree} ORDER BY x`;
  const migrate = async () => {
    const store = connectClickHouse({ ...current().target, database });
    try {
      return await migrateClickHouse({
        client: store.client,
        database,
        directory: directory.path,
        logger: silentLogger,
      });
    } finally {
      await store.close();
    }
  };
  const tables = async () => {
    const found = await current().rows<{ name: string; engine: string }>(
      `SELECT name, engine FROM system.tables WHERE database = {database:String}
       AND NOT startsWith(name, 'schema_migrations') ORDER BY name`,
      { query_params: { database } },
    );
    return found.map(({ name, engine }) => `${name}: ${engine}`);
  };

  it('run each statement once, in order, with the engine filled in', async () => {
    await write('0001_init/01-a.sql', `${table('a')};\n`);
    await write('0001_init/02-b.sql', table('b').replace('MergeTree}', 'ReplacingMergeTree}'));
    await write('0002_next/01-rename.sql', 'RENAME TABLE b TO c');
    expect(await migrate()).toEqual(['0001_init', '0002_next']);
    expect(await migrate()).toEqual([]);
    expect(await tables()).toEqual(['a: MergeTree', 'c: ReplacingMergeTree']);
  });

  it('go on from the statement that failed, once it is mended', async () => {
    await write('0003_more/01-d.sql', table('d'));
    await write('0003_more/02-e.sql', table('e').replace('Int8', 'Nonsense'));
    await write('0003_more/03-f.sql', table('f'));
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(migrate()).rejects.toThrow(/0003_more\/02-e\.sql failed/);
      expect(await tables()).not.toContain('f: MergeTree');
    }
    await write('0003_more/02-e.sql', table('e'));
    expect(await migrate()).toEqual(['0003_more']);
    expect(await tables()).toEqual([
      'a: MergeTree',
      'c: ReplacingMergeTree',
      'd: MergeTree',
      'e: MergeTree',
      'f: MergeTree',
    ]);
  });

  it('refuse unknown placeholders, edited files and missing ones', async () => {
    await write('0004_odd/01.sql', 'CREATE TABLE g (x Int8) ENGINE = ${motor}');
    await expect(migrate()).rejects.toThrow(/unknown placeholder \$\{motor\}/);
    await write('0004_odd/01.sql', 'SELECT 1');
    await write('0001_init/01-a.sql', table('a').replace('Int8', 'Int16'));
    await expect(migrate()).rejects.toThrow(MigrationError);
    await expect(migrate()).rejects.toThrow(/0001_init\/01-a\.sql was edited/);
    await write('0001_init/01-a.sql', `${table('a')};\n`);
    expect(await migrate()).toEqual(['0004_odd']);
  });

  it('take turns when several run them at once', async () => {
    await write('0005_turns/01.sql', table('turns'));
    await write('0005_turns/02.sql', 'INSERT INTO turns VALUES (1)');
    const results = await Promise.all(Array.from({ length: 4 }, migrate));
    expect(results.flat()).toEqual(['0005_turns']);
    const found = await current().rows(`SELECT count() AS count FROM ${database}.turns`);
    expect(found).toEqual([{ count: '1' }]);
  });

  it('wait for whoever is running them, and take over from the dead', async () => {
    const lock = `${database}.schema_migrations_lock`;
    await write('0006_late/01.sql', table('late'));
    await asAdmin(current().target, `CREATE TABLE ${lock} (since DateTime) ENGINE = Memory`);
    let done = false;
    const waiting = migrate().finally(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 500)); // the point is that it still waits
    expect(done).toBe(false);
    await asAdmin(current().target, `DROP TABLE ${lock} SYNC`);
    expect(await waiting).toEqual(['0006_late']);
    const locks = `SELECT name FROM system.tables WHERE database = {database:String} AND startsWith(name, 'schema_migrations_lock')`;
    const left = () => current().rows(locks, { query_params: { database } });
    await waitFor(async () => (await left()).length === 0);
  });
}
