import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLogger, silentLogger } from '@pcc/platform';
import { testDirectory, waitFor } from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../errors.js';
import { startTestEmbeddedPostgres } from '../testing.js';
import { startEmbeddedPostgres } from './embedded.js';
import { postgresTemplateDirectory } from './data-directory.js';
import { postgresContract } from './postgres.contract.js';

postgresContract('the embedded Postgres', startTestEmbeddedPostgres);

let postgres: Awaited<ReturnType<typeof startTestEmbeddedPostgres>>;
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
  postgres = await startTestEmbeddedPostgres(undefined, {
    logger: createLogger({ name: 'test', level: 'info' }, { write: (line) => logged.push(line) }),
    idleInTransactionMs: 1_000,
  });
});

afterAll(async () => {
  await Promise.all(clients.map((one) => one.end().catch(() => undefined)));
  await postgres.close();
});

describe('what only the embedded Postgres does', () => {
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

  it('refuses COPY FROM STDIN, which would end the engine', async () => {
    const one = await client();
    await one.query('CREATE TABLE copied (note text)');
    await expect(one.query('/* x */ COPY copied FROM STDIN')).rejects.toMatchObject({
      code: '0A000',
    });
    await one.query(`INSERT INTO copied VALUES ('; copy that from stdin')`);
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
});

describe('the data directory', () => {
  it('is refused to a second instance', async () => {
    const { directory } = postgres;
    await expect(startEmbeddedPostgres({ directory, logger: silentLogger })).rejects.toThrow(
      StoreInUseError,
    );
  });

  it('keeps its rows over a restart, and frees its lock', async () => {
    const own = await testDirectory();
    const start = () =>
      startEmbeddedPostgres({
        directory: own.path,
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
    expect(existsSync(join(own.path, 'lock'))).toBe(false);
    expect(await once('SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await own.close();
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
