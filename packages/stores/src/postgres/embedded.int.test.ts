import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../errors.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.js';
import { postgresTemplateDirectory } from './data-directory.js';

let directory: string;
let postgres: EmbeddedPostgres;
const clients: pg.Client[] = [];
const logged: string[] = [];

const client = async (): Promise<pg.Client> => {
  const one = new pg.Client({ connectionString: postgres.url });
  one.on('error', () => undefined);
  await one.connect();
  clients.push(one);
  return one;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-pg-'));
  postgres = await startEmbeddedPostgres({
    directory,
    logger: createLogger({ name: 'test', level: 'info' }, { write: (line) => logged.push(line) }),
    templateDirectory: postgresTemplateDirectory(),
    idleInTransactionMs: 3_000,
  });
});

afterAll(async () => {
  await Promise.all(clients.map((one) => one.end().catch(() => undefined)));
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the gateway', () => {
  it('keeps 10 clients apart while they mix queries, transactions and large parameters', async () => {
    const admin = await client();
    await admin.query('CREATE TABLE crosstalk (client int, step int, payload text)');
    let wrong = 0;
    const run = async (me: number) => {
      const mine = await client();
      for (let step = 0; step < 30; step++) {
        const size = step % 10 === 0 ? 1_000_000 : 50;
        const payload = `${me}:${step}:`.padEnd(size, 'x');
        await mine.query('BEGIN');
        await mine.query('INSERT INTO crosstalk VALUES ($1, $2, $3)', [me, step, payload]);
        const { rows } = await mine.query<{ payload: string; count: string }>(
          `SELECT $3::text AS payload, (SELECT count(*) FROM crosstalk WHERE client = $1 AND step = $2)`,
          [me, step, payload],
        );
        if (rows[0]?.payload !== payload || rows[0].count !== '1') wrong++;
        await mine.query(step % 2 === 0 ? 'COMMIT' : 'ROLLBACK');
        const echo = await mine.query<{ me: number }>('SELECT $1::int AS me', [me * 1000 + step]);
        if (echo.rows[0]?.me !== me * 1000 + step) wrong++;
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, me) => run(me)));
    expect(wrong).toBe(0);
    const { rows } = await admin.query(
      'SELECT client, count(*)::int, bool_and(step % 2 = 0) AS even FROM crosstalk GROUP BY client',
    );
    expect(rows).toHaveLength(10);
    expect(
      rows.every((row: { count: number; even: boolean }) => row.count === 15 && row.even),
    ).toBe(true);
  });

  it('gives each client its own named statements', async () => {
    const [one, two] = [await client(), await client()];
    const ask = (who: pg.Client, text: string) =>
      who.query<{ value: string }>({ name: 'same', text }).then(({ rows }) => rows[0]?.value);
    for (let round = 0; round < 3; round++) {
      expect(await ask(one, `SELECT 'one' AS value`)).toBe('one');
      expect(await ask(two, `SELECT 'two' AS value`)).toBe('two');
    }
  });

  it('rolls back when a client dies in a transaction', async () => {
    const [dying, other] = [await client(), await client()];
    await other.query('CREATE TABLE death (n int)');
    await dying.query('BEGIN');
    await dying.query('INSERT INTO death VALUES (1)');
    const waiting = other.query('SELECT count(*)::int AS n FROM death');
    (
      dying as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
    expect((await waiting).rows).toEqual([{ n: 0 }]);
  });

  it('cuts off a transaction that stands idle, with the reason, and rolls it back', async () => {
    const [idle, other] = [await client(), await client()];
    await other.query('CREATE TABLE idle (n int)');
    const reasons: string[] = [];
    idle.on('error', (error) => reasons.push(error.message));
    await idle.query('BEGIN');
    await idle.query('INSERT INTO idle VALUES (1)');
    expect((await other.query('SELECT count(*)::int AS n FROM idle')).rows).toEqual([{ n: 0 }]);
    await waitFor(() => reasons.length > 0);
    expect(reasons[0]).toMatch(/transaction idle/);
  });

  it('reports SQL errors to their owner and goes on', async () => {
    const [one, two] = [await client(), await client()];
    await one.query('BEGIN');
    await expect(one.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await one.query('ROLLBACK');
    expect((await two.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  it('refuses COPY FROM STDIN, which would end the engine', async () => {
    const one = await client();
    await one.query('CREATE TABLE copied (note text)');
    await expect(one.query('/* x */ COPY copied FROM STDIN')).rejects.toMatchObject({
      code: '0A000',
    });
    await one.query(`INSERT INTO copied VALUES ('; copy that from stdin')`.replace('; ', ', '));
    expect((await one.query('SELECT count(*)::int AS n FROM copied')).rows).toEqual([{ n: 1 }]);
  });

  it('refuses a wrong password and malformed bytes, and stays up', async () => {
    const wrong = new pg.Client({
      connectionString: postgres.url.replace(/:[0-9a-f]+@/, ':nope@'),
    });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
    const { port } = new URL(postgres.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\n\r\n'),
      );
      socket.on('data', (data) => resolve(data.toString('latin1')));
      socket.on('close', () => resolve('closed'));
    });
    expect(answer).toMatch(/malformed|not supported|closed/);
    expect((await (await client()).query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
  });

  it('has vector, trigram and accent search', async () => {
    const one = await client();
    const { rows } = await one.query(
      `SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector AS distance, similarity('curso', 'cursos') > 0.5 AS alike, unaccent('São') AS plain`,
    );
    expect(rows).toEqual([{ distance: 1, alike: true, plain: 'Sao' }]);
  });
});

describe('the data directory', () => {
  it('is refused to a second instance', async () => {
    await expect(startEmbeddedPostgres({ directory, logger: silentLogger })).rejects.toThrow(
      StoreInUseError,
    );
  });

  it('keeps its rows over a restart, and frees its lock', async () => {
    const own = await mkdtemp(join(tmpdir(), 'stores-pg-'));
    const start = () =>
      startEmbeddedPostgres({
        directory: own,
        logger: silentLogger,
        templateDirectory: postgresTemplateDirectory(),
      });
    const once = async (sql: string) => {
      const engine = await start();
      const one = new pg.Client({ connectionString: engine.url });
      await one.connect();
      const { rows } = await one.query<{ n: number }>(sql);
      await one.end();
      await engine.close();
      return rows;
    };
    await once('CREATE TABLE kept AS SELECT 7 AS n');
    expect(existsSync(join(own, 'lock'))).toBe(false);
    expect(await once('SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await rm(own, { recursive: true, force: true });
  });
});

describe('a broken engine', () => {
  it('comes back on the same port with its data', async () => {
    const one = await client();
    await one.query('CREATE TABLE survivor AS SELECT 1 AS n');
    // Runs out of the engine's stack, which has no guard as a server's has.
    await one.query(
      `CREATE FUNCTION forever(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN forever(n + 1); END $$`,
    );
    await expect(one.query('SELECT forever(1)')).rejects.toThrow(/terminated/);
    const again = await waitFor(async () => {
      const fresh = new pg.Client({ connectionString: postgres.url });
      fresh.on('error', () => undefined);
      await fresh.connect();
      clients.push(fresh);
      return (await fresh.query<{ n: number }>('SELECT n FROM survivor')).rows;
    });
    expect(again).toEqual([{ n: 1 }]);
    expect(logged.join()).toMatch(/broke down.*is back/s);
  });
});
