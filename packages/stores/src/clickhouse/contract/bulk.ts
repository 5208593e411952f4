import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { liveMemory } from '../../live-memory.js';
import { megabyte, type Subject } from './subject.js';

export function bulkContract(current: () => Subject): void {
  it('goes in by batches of ten thousand', async () => {
    const { client, rows, run } = current();
    await run(
      `CREATE TABLE batches (id UInt32, at DateTime64(3, 'UTC'), text String) ENGINE = MergeTree ORDER BY id`,
    );
    const row = (id: number) => ({ id, at: '2026-03-04T05:06:07.089Z', text: `Übung ${id} 🎓` });
    for (let batch = 0; batch < 10; batch++) {
      const values = Array.from({ length: 10_000 }, (_, n) => row(batch * 10_000 + n));
      await client.insert({ table: 'batches', values, format: 'JSONEachRow' });
    }
    const found = await rows(
      'SELECT count() AS count, uniqExact(id) AS ids, sum(id) AS sum, uniqExact(text) AS texts FROM batches',
    );
    expect(found).toEqual([{ count: '100000', ids: '100000', sum: '4999950000', texts: '100000' }]);
    await client.insert({ table: 'batches', values: [], format: 'JSONEachRow' });
  });

  it('comes out as a stream, of which a part is in memory', async () => {
    const { client } = current();
    const result = await client.query({
      query: `SELECT number AS n, repeat('x', 1000) AS text FROM numbers(30000)`,
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '1000' },
    });
    const memory = liveMemory();
    let count = 0;
    for await (const batch of result.stream<{ n: string }>()) {
      for (const row of batch) {
        if (count % 5_000 === 0) {
          expect(row.json()).toMatchObject({ n: String(count) });
          memory.sample();
        }
        count++;
      }
    }
    expect(count).toBe(30_000);
    expect(memory.held()).toBeLessThan(12 * megabyte); // of 30
  });

  it('goes in as a stream, of which a part is in memory', async () => {
    const { client, rows, run } = current();
    await run(
      'CREATE TABLE streamed (n UInt32, text String) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 1000',
    );
    const memory = liveMemory();
    const lines = function* () {
      for (let n = 0; n < 30_000; n++) {
        if (n % 5_000 === 4_999) memory.sample();
        yield { n, text: `ü🎓${'x'.repeat(1000)}` };
      }
    };
    await client.insert({
      table: 'streamed',
      values: Readable.from(lines(), { objectMode: true }),
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: 'once' },
    });
    const found = await rows(
      `SELECT count() AS count, uniqExact(n) AS ids, countIf(startsWith(text, 'ü🎓x')) AS whole FROM streamed`,
    );
    expect(found).toEqual([{ count: '30000', ids: '30000', whole: '30000' }]);
    expect(memory.held()).toBeLessThan(12 * megabyte); // of 30
  });

  it('that fails on the way out fails loudly, not by ending early', async () => {
    const { client, rows } = current();
    const read = async () => {
      const result = await client.query({
        query: 'SELECT number, throwIf(number = 190000) FROM numbers(200000)',
        format: 'JSONEachRow',
        clickhouse_settings: { max_threads: 1, max_block_size: '1000' },
      });
      let count = 0;
      for await (const batch of result.stream()) count += batch.length;
      return count;
    };
    // Servers before 25.11 can only break the connection off.
    await expect(read()).rejects.toThrow();
    expect(await rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('can be left half read, by many, and calls go on', async () => {
    const { client, rows } = current();
    for (let n = 0; n < 12; n++) {
      const result = await client.query({
        query: 'SELECT number FROM numbers(1000000)',
        format: 'JSONEachRow',
        clickhouse_settings: { max_block_size: '1000' },
      });
      if (n % 3 === 0) result.close();
      else {
        for await (const batch of result.stream()) {
          expect(batch.length).toBeGreaterThan(0);
          break;
        }
      }
    }
    expect(await rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('comes in any format, and statements without one are answered too', async () => {
    const { client } = current();
    const query = 'SELECT number AS n FROM numbers(3)';
    const text = async (format: 'JSON' | 'CSVWithNames' | 'TabSeparated' | 'JSONCompactEachRow') =>
      (await client.query({ query, format })).text();
    expect(await text('CSVWithNames')).toBe('"n"\n0\n1\n2\n');
    expect(await text('TabSeparated')).toBe('0\n1\n2\n');
    expect(await text('JSONCompactEachRow')).toBe('["0"]\n["1"]\n["2"]\n');
    expect(JSON.parse(await text('JSON'))).toMatchObject({ rows: 3, meta: [{ name: 'n' }] });
    const shown = await client.query({ query: 'SHOW TABLES', format: 'JSONEachRow' });
    expect(await shown.json<{ name: string }>()).toContainEqual({ name: 'streamed' });
    const explained = await client.query({ query: 'EXPLAIN SELECT 1', format: 'JSONEachRow' });
    expect((await explained.json()).length).toBeGreaterThan(0);
    const plain = await client.exec({ query: 'SELECT 1, 2' });
    const chunks: Buffer[] = [];
    for await (const chunk of plain.stream) chunks.push(Buffer.from(chunk as Uint8Array));
    expect(Buffer.concat(chunks).toString()).toBe('1\t2\n');
  });
}
