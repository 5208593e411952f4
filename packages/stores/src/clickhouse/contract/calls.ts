import { ClickHouseError } from '@clickhouse/client';
import { waitFor } from '@pcc/testkit';
import { expect, it } from 'vitest';
import { connectClickHouse } from '../connect.js';
import type { Subject } from './subject.js';

/** Every call by itself: its database, parameters, settings and failure are nobody else's. */
export function callContract(current: () => Subject): void {
  it('are answered in the database that the client was connected to', async () => {
    const { store, rows, database, target } = current();
    await store.ping();
    expect(await rows('SELECT currentDatabase() AS name')).toEqual([{ name: database }]);
    const other = connectClickHouse({ ...target, database: 'system' });
    const both = await Promise.all([
      rows<{ name: string }>('SELECT currentDatabase() AS name'),
      other.client
        .query({ query: 'SELECT currentDatabase() AS name', format: 'JSONEachRow' })
        .then((result) => result.json<{ name: string }>()),
    ]);
    expect(both.flat().map(({ name }) => name)).toEqual([database, 'system']);
    await other.close();
  });

  it('keep their settings to themselves', async () => {
    const { client, rows, run } = current();
    await run(
      'CREATE TABLE dedup (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS non_replicated_deduplication_window = 1000',
    );
    const insert = (x: number, token?: string) =>
      client.insert({
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
    await insert(4);
    expect(await rows('SELECT x FROM dedup ORDER BY x')).toEqual([
      { x: '1' },
      { x: '2' },
      { x: '4' },
    ]);
    const size = "SELECT getSetting('max_block_size') AS size";
    const [before] = await rows(size);
    await rows(size, { clickhouse_settings: { max_block_size: 77 } });
    await run('SELECT 1', { clickhouse_settings: { max_block_size: 77 } });
    expect(await rows(size)).toEqual([before]);
  });

  it('200 at once, each get their own parameters and settings', async () => {
    const { rows } = current();
    const text = (n: number) => `it's \\ "${n}"\n\tÜ 🎓 \\N {x:String}`;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        rows(
          `SELECT {n:UInt32} AS n, {text:String} AS text, {list:Array(String)} AS list,
             {nothing:Nullable(String)} AS nothing, getSetting('max_block_size') AS size`,
          {
            query_params: { n, text: text(n), list: [text(n), ''], nothing: null },
            clickhouse_settings: { max_block_size: String(1000 + n) },
          },
        ),
      ),
    );
    answers.forEach((answer, n) => {
      expect(answer).toEqual([
        { n, text: text(n), list: [text(n), ''], nothing: null, size: 1000 + n },
      ]);
    });
  });

  it('take a long parameter', async () => {
    const { client } = current();
    const answer = await client.query({
      query: 'SELECT length({long:String}) AS bytes',
      query_params: { long: 'ä'.repeat(60_000) }, // a server takes 128 KB
      format: 'JSONEachRow',
      use_multipart_params: true, // a URL has no room for it
    });
    expect(await answer.json()).toEqual([{ bytes: '120000' }]);
  });

  it('carry 64 bits and milliseconds both ways', async () => {
    const { client, rows, run } = current();
    await run(
      `CREATE TABLE times (at DateTime64(3, 'UTC'), n UInt64, money Int64) ENGINE = MergeTree ORDER BY at`,
    );
    const values = [
      { at: '2026-03-04T05:06:07.089Z', n: '18446744073709551615', money: '-9007199254740993' },
      { at: '2026-03-04T06:06:07.089+00:30', n: 1, money: 2 },
    ];
    await client.insert({ table: 'times', values, format: 'JSONEachRow' });
    expect(await rows('SELECT * FROM times ORDER BY n DESC')).toEqual([
      { at: '2026-03-04 05:06:07.089', n: '18446744073709551615', money: '-9007199254740993' },
      { at: '2026-03-04 05:36:07.089', n: '1', money: '2' },
    ]);
    const found = await rows(
      `SELECT count() AS count FROM times WHERE at > {after:DateTime64(3)}`,
      { query_params: { after: '2026-03-04 05:06:07.089' } },
    );
    expect(found).toEqual([{ count: '1' }]);
  });

  it('fail with the client’s own class, and ClickHouse’s code and name', async () => {
    const { client, rows, run } = current();
    await run('CREATE TABLE strict (n UInt8) ENGINE = MergeTree ORDER BY n');
    const insert = (values: unknown[]) =>
      client.insert({ table: 'strict', values, format: 'JSONEachRow' });
    const failures: [() => Promise<unknown>, string, string][] = [
      [() => rows('SELECT * FROM nowhere'), '60', 'UNKNOWN_TABLE'],
      [() => rows('SELECT nothing FROM strict'), '47', 'UNKNOWN_IDENTIFIER'],
      [() => rows('SELEC 1'), '62', 'SYNTAX_ERROR'],
      [() => run('CREATE TABLE strict (n UInt8) ENGINE = Memory'), '57', 'TABLE_ALREADY_EXISTS'],
      [() => run('DROP TABLE nowhere'), '60', 'UNKNOWN_TABLE'],
      [() => insert([{ n: 1 }, { n: 'many' }]), '27', 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
    ];
    for (const [fail, code, type] of failures) {
      const failure = await fail().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ClickHouseError);
      expect(failure).toMatchObject({ code, type });
    }
    expect(await rows('SELECT * FROM strict')).toEqual([]);
  });

  it('end in time, while others go on', async () => {
    const { rows } = current();
    const endless = rows('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)', {
      clickhouse_settings: { max_execution_time: 0.3 },
    });
    const ended = expect(endless).rejects.toMatchObject({ code: '159', type: 'TIMEOUT_EXCEEDED' });
    expect(await rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await ended;
  });

  it('can be given up by whoever asked', async () => {
    const { rows } = current();
    const given = new AbortController();
    const asked = rows('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)', {
      clickhouse_settings: { max_execution_time: 2 },
      abort_signal: given.signal,
    });
    const ended = expect(asked).rejects.toThrow(/abort/);
    given.abort();
    await ended;
    expect(await rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('of more than may run at once wait their turn, and none is lost', async () => {
    const { client, rows, run } = current();
    await run('CREATE TABLE turns (n UInt32) ENGINE = MergeTree ORDER BY n');
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        n % 2 === 0
          ? client.insert({ table: 'turns', values: [{ n }], format: 'JSONEachRow' })
          : rows('SELECT sleep(0.01)'),
      ),
    );
    await waitFor(async () => {
      const [found] = await rows<{ count: string }>('SELECT count() AS count FROM turns');
      return found?.count === '30';
    });
  });
}
