import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ClickHouseError } from '@clickhouse/client';
import { silentLogger } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MigrationError, StoreInUseError } from '../errors.js';
import { type ClickHouse, connectClickHouse } from './connect.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded.js';
import { migrateClickHouse } from './migrate.js';

let directory: string;
let engine: EmbeddedClickHouse;
let store: ClickHouse;

const rowsOf = async <Row>(query: string, more: Record<string, unknown> = {}): Promise<Row[]> =>
  (await store.client.query({ query, format: 'JSONEachRow', ...more })).json<Row>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-ch-'));
  engine = await startEmbeddedClickHouse({
    directory: join(directory, 'ch'),
    logger: silentLogger,
  });
  const admin = connectClickHouse({ connection: engine.connection, database: 'default' });
  await admin.client.command({ query: 'CREATE DATABASE lms' });
  store = connectClickHouse({ connection: engine.connection, database: 'lms' });
});

afterAll(async () => {
  await store.close();
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the embedded ClickHouse', () => {
  it('answers the ping, in the database it was connected to', async () => {
    await store.ping();
    expect(await rowsOf('SELECT currentDatabase() AS name')).toEqual([{ name: 'lms' }]);
  });

  it('keeps one call’s settings from the next', async () => {
    await store.client.command({
      query:
        'CREATE TABLE dedup (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS non_replicated_deduplication_window = 1000',
    });
    const insert = (x: number, token?: string) =>
      store.client.insert({
        table: 'dedup',
        values: [{ x }],
        format: 'JSONEachRow',
        ...(token === undefined
          ? {}
          : { clickhouse_settings: { insert_deduplication_token: token } }),
      });
    await insert(1, 't1');
    await insert(2);
    await insert(3, 't1'); // the same token: rightly dropped
    expect(await rowsOf('SELECT x FROM dedup ORDER BY x')).toEqual([{ x: '1' }, { x: '2' }]);
  });

  it('answers 50 parallel parametrised queries, each with its own parameters and settings', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        rowsOf<{ n: number; text: string; size: number }>(
          `SELECT {n:UInt32} AS n, {text:String} AS text, getSetting('max_block_size') AS size`,
          {
            query_params: { n, text: `it's \\ ${n}` },
            clickhouse_settings: { max_block_size: String(1000 + n) },
          },
        ),
      ),
    );
    answers.forEach(([row], n) => {
      expect(row).toEqual({ n, text: `it's \\ ${n}`, size: 1000 + n });
    });
  });

  it('quotes 64-bit integers and reads ISO times with milliseconds', async () => {
    await store.client.command({
      query: `CREATE TABLE times (at DateTime64(3, 'UTC'), n UInt64) ENGINE = MergeTree ORDER BY at`,
    });
    await store.client.insert({
      table: 'times',
      values: [{ at: '2026-03-04T05:06:07.089Z', n: '18446744073709551615' }],
      format: 'JSONEachRow',
    });
    expect(await rowsOf('SELECT * FROM times')).toEqual([
      { at: '2026-03-04 05:06:07.089', n: '18446744073709551615' },
    ]);
  });

  it('throws the client’s own error class, with ClickHouse’s code', async () => {
    const failure = await rowsOf('SELECT * FROM nowhere').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClickHouseError);
    expect(failure).toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
  });

  it('ends a query that runs too long, while others go on', async () => {
    const endless = rowsOf('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)', {
      clickhouse_settings: { max_execution_time: 1 },
    });
    const ended = expect(endless).rejects.toMatchObject({ type: 'TIMEOUT_EXCEEDED' });
    expect(await rowsOf('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await ended;
  });

  it('is refused to a second instance', async () => {
    await expect(
      startEmbeddedClickHouse({ directory: join(directory, 'ch'), logger: silentLogger }),
    ).rejects.toThrow(StoreInUseError);
  });
});

describe('migrateClickHouse', () => {
  const write = async (name: string, text: string) => {
    const path = join(directory, 'migrations', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const migrate = () =>
    migrateClickHouse({
      client: connectClickHouse({ connection: engine.connection, database: 'insights' }).client,
      database: 'insights',
      directory: join(directory, 'migrations'),
      logger: silentLogger,
    });

  it('runs each statement once, in order, with the engine filled in', async () => {
    await write(
      '0001_init/01-a.sql',
      'CREATE TABLE a (x Int8) ENGINE = ${engine:MergeTree} ORDER BY x;\n',
    );
    await write(
      '0001_init/02-b.sql',
      'CREATE TABLE b (x Int8, v Int8) ENGINE = ${engine:ReplacingMergeTree}(v) ORDER BY x',
    );
    expect(await migrate()).toEqual(['0001_init']);
    expect(await migrate()).toEqual([]);
    expect(
      await rowsOf(
        `SELECT name, engine FROM system.tables WHERE database = 'insights' AND name < 'c' ORDER BY name`,
      ),
    ).toEqual([
      { name: 'a', engine: 'MergeTree' },
      { name: 'b', engine: 'ReplacingMergeTree' },
    ]);
  });

  it('goes on from the statement that failed', async () => {
    await write(
      '0002_more/01-c.sql',
      'CREATE TABLE c (x Int8) ENGINE = ${engine:MergeTree} ORDER BY x',
    );
    await write(
      '0002_more/02-d.sql',
      'CREATE TABLE d (x Nonsense) ENGINE = ${engine:MergeTree} ORDER BY x',
    );
    await expect(migrate()).rejects.toThrow(/0002_more\/02-d\.sql failed/);
    await write(
      '0002_more/02-d.sql',
      'CREATE TABLE d (x Int8) ENGINE = ${engine:MergeTree} ORDER BY x',
    );
    expect(await migrate()).toEqual(['0002_more']);
  });

  it('refuses unknown placeholders and edited files', async () => {
    await write('0003_odd/01.sql', 'CREATE TABLE e (x Int8) ENGINE = ${motor}');
    await expect(migrate()).rejects.toThrow(/unknown placeholder \$\{motor\}/);
    await write('0003_odd/01.sql', 'SELECT 1');
    await write('0001_init/01-a.sql', 'CREATE TABLE a (x Int16) ENGINE = Memory');
    await expect(migrate()).rejects.toThrow(MigrationError);
    await write(
      '0001_init/01-a.sql',
      'CREATE TABLE a (x Int8) ENGINE = ${engine:MergeTree} ORDER BY x;\n',
    );
  });

  it('lets two runners at once take turns', async () => {
    await write(
      '0004_turns/01.sql',
      'CREATE TABLE turns (x Int8) ENGINE = ${engine:MergeTree} ORDER BY x',
    );
    const results = await Promise.all([migrate(), migrate(), migrate()]);
    expect(results.flat().sort()).toEqual(['0003_odd', '0004_turns']);
  });
});

describe('a ClickHouse server that is down', () => {
  it('fails the ping at once, with the store’s name', async () => {
    const down = connectClickHouse({ url: 'http://127.0.0.1:1', database: 'insights' });
    await expect(down.ping()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      extensions: { store: 'clickhouse' },
    });
    await down.close();
  });
});

describe('after close', () => {
  it('refuses calls instead of opening the engine again, and the data is there next time', async () => {
    await store.client.command({
      query: 'CREATE TABLE kept ENGINE = MergeTree ORDER BY x AS SELECT 1 AS x',
    });
    await engine.close();
    await expect(rowsOf('SELECT 1')).rejects.toMatchObject({ name: 'StoreClosedError' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    engine = await startEmbeddedClickHouse({
      directory: join(directory, 'ch'),
      logger: silentLogger,
    });
    store = connectClickHouse({ connection: engine.connection, database: 'lms' });
    expect(await rowsOf('SELECT x FROM kept')).toEqual([{ x: 1 }]);
  });
});
