import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ConfigError, silentLogger } from '@pcc/platform';
import { freePort, testDirectory, type TestDirectory, waitFor } from '@pcc/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../errors.js';
import { clickHouseContract } from './clickhouse.contract.js';
import { type ClickHouse, connectClickHouse } from './connect.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded.js';
import {
  type ClickHouseHttp,
  type ClickHouseHttpOptions,
  serveClickHouse,
} from './testing/http-server.js';

// One engine per process: all suites of this file share it.
let directory: TestDirectory;
let engine: EmbeddedClickHouse;

const start = async () => {
  const options = { directory: join(directory.path, 'clickhouse'), logger: silentLogger };
  engine = await startEmbeddedClickHouse(options);
};
beforeAll(async () => {
  directory = await testDirectory();
  await start();
});
afterAll(async () => {
  await engine.close();
  await directory.close();
});

clickHouseContract('the embedded ClickHouse', async () => ({
  target: { connection: engine.connection },
  close: async () => undefined,
}));

clickHouseContract('the embedded ClickHouse over HTTP', async () => {
  const server = await serveClickHouse(engine.connection, { password: 'pass/wörd@:' });
  return { target: { url: server.url }, close: () => server.close() };
});

describe('beyond the contract, the embedded ClickHouse', () => {
  const rows = async (query: string, query_params: Record<string, unknown> = {}) => {
    const { client } = connectClickHouse({ connection: engine.connection, database: 'default' });
    return (await client.query({ query, query_params, format: 'JSONEachRow' })).json();
  };

  it('names what fails in the middle of a result', async () => {
    const late = 'SELECT number, throwIf(number = 190000) FROM numbers(200000)';
    await expect(rows(late)).rejects.toMatchObject({ code: '395' });
  });

  it('takes a parameter of a megabyte, and dates with their milliseconds', async () => {
    const [answer] = await rows(
      `SELECT length({long:String}) AS bytes, {at:DateTime64(3, 'UTC')} AS at`,
      { long: 'ä'.repeat(500_000), at: new Date('2026-03-04T05:06:07.089Z') },
    );
    expect(answer).toEqual({ bytes: '1000000', at: '2026-03-04 05:06:07.089' });
  });

  it('runs queries with parameters side by side', async () => {
    const slow = rows(
      'SELECT sum(sipHash64(number)) FROM numbers({n:UInt64}) SETTINGS max_execution_time = 2',
      { n: 1e12 },
    );
    const ended = expect(slow).rejects.toMatchObject({ code: '159' });
    let isOver = false;
    void ended.then(() => (isOver = true));
    expect(await rows('SELECT {n:UInt8} AS n', { n: 1 })).toEqual([{ n: 1 }]);
    expect(isOver).toBe(false);
    await ended;
  });
});

describe('a client of a URL', () => {
  const servers: ClickHouseHttp[] = [];
  const stores: ClickHouse[] = [];
  const serve = async (options?: ClickHouseHttpOptions) => {
    const server = await serveClickHouse(engine.connection, options);
    servers.push(server);
    return server;
  };
  const connect = (url: string, database = 'default') => {
    const store = connectClickHouse({ url, database });
    stores.push(store);
    return store;
  };
  const rows = async ({ client }: ClickHouse, query: string) =>
    (await client.query({ query, format: 'JSONEachRow' })).json();
  const unavailable = { code: 'STORE_UNAVAILABLE', extensions: { store: 'clickhouse' } };

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const server of servers.splice(0)) await server.close();
  });

  it('compresses both ways when the URL says so', async () => {
    const { url } = await serve();
    const store = connect(`${url}?compression_request=1&compression_response=1`);
    await store.client.command({
      query: 'CREATE TABLE squeezed (n UInt32, text String) ENGINE = MergeTree ORDER BY n',
    });
    const values = Array.from({ length: 5_000 }, (_, n) => ({ n, text: 'ü🎓'.repeat(20) }));
    await store.client.insert({ table: 'squeezed', values, format: 'JSONEachRow' });
    expect(await rows(store, 'SELECT * FROM squeezed ORDER BY n')).toEqual(values);
    const late = 'SELECT number, throwIf(number = 190000) FROM numbers(200000)';
    await expect(rows(store, late)).rejects.toMatchObject({ code: '395' });
  });

  it('asks in the database it was told, whatever path the URL has', async () => {
    const { url } = await serve();
    const store = connect(`${url}/default`, 'system');
    expect(await rows(store, 'SELECT currentDatabase() AS name')).toEqual([{ name: 'system' }]);
  });

  it('says STORE_UNAVAILABLE while the server is away, and goes on when it is back', async () => {
    const port = await freePort();
    const store = connect(`http://127.0.0.1:${port}`);
    const { client } = store;
    const allFail = async () => {
      await expect(store.ping()).rejects.toMatchObject(unavailable);
      await expect(rows(store, 'SELECT 1')).rejects.toMatchObject(unavailable);
      await expect(client.command({ query: 'SELECT 1' })).rejects.toMatchObject(unavailable);
      const insert = client.insert({ table: 't', values: [{ n: 1 }], format: 'JSONEachRow' });
      await expect(insert).rejects.toMatchObject(unavailable);
    };
    await allFail();
    for (let round = 0; round < 2; round++) {
      const server = await serve({ port });
      await store.ping();
      expect(await rows(store, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
      await server.close();
      await allFail();
    }
  });

  it('does not wait for a server that says nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    await expect(connect(`http://127.0.0.1:${port}`).ping()).rejects.toMatchObject(unavailable);
    mute.close();
  });

  it('opens ten connections at most, and keeps none that is idle for long', async () => {
    const server = await serve();
    const store = connect(server.url);
    let most = 0;
    const asked = Array.from({ length: 60 }, async () => {
      await rows(store, 'SELECT sleep(0.02)');
      most = Math.max(most, await server.connections());
    });
    await Promise.all(asked);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
    // A server closes them after 3 s or later; a request just then would fail.
    await waitFor(async () => (await server.connections()) === 0, { timeoutMs: 5_000 });
    expect(await rows(store, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('never shows the password', async () => {
    const secret = 'Zz-secret-zZ';
    const { url } = await serve({ password: 'right' });
    const wrong = url.replace('right', secret);
    const away = `http://default:${secret}@127.0.0.1:${await freePort()}`;
    const failures: unknown[] = [];
    for (const bad of [
      `http//default:${secret}@host`,
      `ftp://u:${secret}@host`,
      `${wrong}?odd=1`,
    ]) {
      const opening = () => connect(bad);
      expect(opening).toThrow(ConfigError);
      expect(opening).toThrow(/^CLICKHOUSE_URL: /);
      failures.push(
        await Promise.resolve()
          .then(opening)
          .catch((error: unknown) => error),
      );
    }
    failures.push(await rows(connect(wrong), 'SELECT 1').catch((error: unknown) => error));
    failures.push(
      await connect(wrong)
        .ping()
        .catch((error: unknown) => error),
    );
    failures.push(await rows(connect(away), 'SELECT 1').catch((error: unknown) => error));
    expect(failures[3]).toMatchObject({ code: '516', type: 'AUTHENTICATION_FAILED' });
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(Error);
      expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(secret);
    }
    expect(await rows(connect(url), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('its directory', () => {
  it('is refused to a second instance', async () => {
    const second = startEmbeddedClickHouse({
      directory: join(directory.path, 'clickhouse'),
      logger: silentLogger,
    });
    await expect(second).rejects.toThrow(StoreInUseError);
  });

  it('is closed to calls after close, streams end, and the data is there next time', async () => {
    const store = connectClickHouse({ connection: engine.connection, database: 'default' });
    const { client } = store;
    await client.command({
      query: 'CREATE TABLE kept ENGINE = MergeTree ORDER BY x AS SELECT 1 AS x',
    });
    const long = await client.query({
      query: 'SELECT number FROM numbers(100000000)',
      format: 'JSONEachRow',
    });
    const reading = (async () => {
      let count = 0;
      for await (const batch of long.stream()) count += batch.length;
      return count;
    })();
    const ended = expect(reading).rejects.toMatchObject({ name: 'StoreClosedError' });
    await engine.close();
    await ended;
    const asked = client.query({ query: 'SELECT 1', format: 'JSONEachRow' });
    await expect(asked).rejects.toMatchObject({ name: 'StoreClosedError' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await start();
    const again = connectClickHouse({ connection: engine.connection, database: 'default' });
    const kept = await again.client.query({ query: 'SELECT x FROM kept', format: 'JSONEachRow' });
    expect(await kept.json()).toEqual([{ x: 1 }]);
  });
});
