import type { Closable } from '@pcc/platform';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crosstalkContract } from './crosstalk.contract.js';

/** Opens an empty database; the role may create extensions. */
export type OpenPostgres = () => Promise<{ url: string } & Closable>;

/** What any Postgres must do for the product: the embedded engine behind its gateway, or a server. */
export function postgresContract(name: string, open: OpenPostgres): void {
  describe(name, () => {
    let postgres: Awaited<ReturnType<OpenPostgres>>;
    const clients: pg.Client[] = [];
    const client = async (): Promise<pg.Client> => {
      const one = await connected(postgres.url);
      clients.push(one);
      return one;
    };
    beforeAll(async () => {
      postgres = await open();
    });
    afterAll(async () => {
      await Promise.all(clients.map((one) => one.end().catch(() => undefined)));
      await postgres.close();
    });

    crosstalkContract(client);
    departureContract(client);
    errorContract(client);
    statementContract(client);
    extensionContract(client);
  });
}

type Connect = () => Promise<pg.Client>;

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Ends the connection as a killed process does: no farewell. */
const die = (client: pg.Client): void => socketOf(client).destroy();
const socketOf = (client: pg.Client) =>
  (client as unknown as { connection: { stream: { destroy(): void; write(bytes: Buffer): void } } })
    .connection.stream;

function departureContract(client: Connect): void {
  describe('a client that dies', () => {
    it('in a transaction: it is rolled back, and those who wait go on', async () => {
      const [dying, other] = [await client(), await client()];
      await other.query('CREATE TABLE death (n int PRIMARY KEY)');
      await other.query('INSERT INTO death VALUES (0)');
      await dying.query('BEGIN');
      await dying.query('UPDATE death SET n = 1');
      const waiting = other.query('UPDATE death SET n = n + 10 RETURNING n');
      die(dying);
      expect((await waiting).rows).toEqual([{ n: 10 }]);
    });

    it('in a failed transaction, or with half a message sent: nobody is held up', async () => {
      const [failed, half, other] = [await client(), await client(), await client()];
      await failed.query('BEGIN');
      await expect(failed.query('SELECT 1/0')).rejects.toThrow('division');
      die(failed);
      // A query of 1,000 bytes is announced, and never comes.
      socketOf(half).write(Buffer.from([0x51, 0, 0, 0x03, 0xe8, 0x53, 0x45]));
      die(half);
      expect((await other.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    });

    it('with a query under way, again and again: none of its transactions is half there', async () => {
      const other = await client();
      await other.query('CREATE TABLE pairs (n int)');
      const acknowledged: number[] = [];
      for (let round = 0; round < 25; round++) {
        const dying = await client();
        const insert = `INSERT INTO pairs VALUES (${round})`;
        const script = ['BEGIN', insert, insert, 'COMMIT'];
        const answered = round % (script.length + 1);
        for (const sql of script.slice(0, answered)) await dying.query(sql);
        if (answered === script.length) acknowledged.push(round);
        const last = dying.query(script[answered] ?? 'SELECT 1').catch(() => undefined);
        // One time at once, one time after the query has gone out.
        if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        die(dying);
        await last;
      }
      const { rows } = await other.query<{ n: number; count: number }>(
        'SELECT n, count(*)::int FROM pairs GROUP BY n',
      );
      expect(rows.filter(({ count }) => count !== 2)).toEqual([]);
      expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(acknowledged));
    });
  });
}

function errorContract(client: Connect): void {
  it('reports SQL errors to their owner and goes on', async () => {
    const [one, two] = [await client(), await client()];
    const failing = one.query('SELECT 1/0');
    const working = two.query('SELECT 1 AS n');
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect((await working).rows).toEqual([{ n: 1 }]);
    await one.query('BEGIN');
    await expect(one.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await one.query('ROLLBACK');
    expect((await two.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
  });

  it('names the constraint that was violated, at once or at commit', async () => {
    const one = await client();
    await one.query(
      `CREATE TABLE constrained (
         n int CONSTRAINT n_key UNIQUE,
         m int CONSTRAINT m_fkey REFERENCES constrained (n) DEFERRABLE INITIALLY DEFERRED)`,
    );
    await one.query('INSERT INTO constrained VALUES (1, 1)');
    const insert = 'INSERT INTO constrained VALUES ($1, $2)';
    await expect(one.query(insert, [1, 1])).rejects.toMatchObject({
      code: '23505',
      constraint: 'n_key',
    });
    await one.query('BEGIN');
    await one.query(insert, [2, 7]);
    await expect(one.query('COMMIT')).rejects.toMatchObject({
      code: '23503',
      constraint: 'm_fkey',
    });
    expect((await one.query('SELECT n FROM constrained')).rows).toEqual([{ n: 1 }]);
  });
}

function statementContract(client: Connect): void {
  describe('named statements', () => {
    const ask = (who: pg.Client, text: string) =>
      who.query<{ value: string }>({ name: 'same', text }).then(({ rows }) => rows[0]?.value);

    it('are each client’s own', async () => {
      const [one, two] = [await client(), await client()];
      for (let round = 0; round < 3; round++) {
        expect(
          await Promise.all([ask(one, `SELECT 'one' AS value`), ask(two, `SELECT 'two' AS value`)]),
        ).toEqual(['one', 'two']);
      }
    });

    it('may be prepared again after they failed, and outlive a rollback', async () => {
      const one = await client();
      await expect(ask(one, 'SELECT nothing AS value')).rejects.toMatchObject({ code: '42703' });
      await one.query('BEGIN');
      expect(await ask(one, `SELECT 'now' AS value`)).toBe('now');
      await one.query('ROLLBACK');
      expect(await ask(one, `SELECT 'now' AS value`)).toBe('now');
    });

    it('end with their client', async () => {
      const [leaving, other] = [await client(), await client()];
      await ask(leaving, `SELECT 'left behind' AS value`);
      await leaving.end();
      expect(await ask(other, `SELECT 'new' AS value`)).toBe('new');
    });
  });
}

function extensionContract(client: Connect): void {
  it('has vector, pg_trgm, unaccent, citext and pgcrypto', async () => {
    const one = await client();
    for (const extension of ['vector', 'pg_trgm', 'unaccent', 'citext', 'pgcrypto']) {
      await one.query(`CREATE EXTENSION IF NOT EXISTS ${extension} SCHEMA public`);
    }
    const { rows } = await one.query(
      `SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector AS distance,
              similarity('curso', 'cursos') > 0.5 AS alike,
              unaccent('São') AS plain,
              'ANA@example.test'::citext = 'ana@EXAMPLE.test' AS same,
              encode(digest('x', 'sha256'), 'hex') AS digest`,
    );
    expect(rows).toEqual([
      {
        distance: 1,
        alike: true,
        plain: 'Sao',
        same: true,
        digest: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      },
    ]);
  });

  it('finds the nearest of a thousand vectors by an HNSW index', async () => {
    const one = await client();
    await one.query('CREATE EXTENSION IF NOT EXISTS vector SCHEMA public');
    await one.query('CREATE TABLE embedded (n int, at vector(3))');
    await one.query(
      `INSERT INTO embedded SELECT n, ARRAY[n, n * n % 97, -n]::vector FROM generate_series(1, 1000) AS n`,
    );
    await one.query('CREATE INDEX ON embedded USING hnsw (at vector_l2_ops)');
    await one.query('BEGIN');
    await one.query('SET LOCAL enable_seqscan = off');
    const nearest =
      'SELECT n FROM embedded ORDER BY at <-> ARRAY[500, 500 * 500 % 97, -500]::vector LIMIT 1';
    const plan = await one.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${nearest}`);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join()).toMatch(/Index Scan/);
    expect((await one.query(nearest)).rows).toEqual([{ n: 500 }]);
    await one.query('COMMIT');
  });
}
