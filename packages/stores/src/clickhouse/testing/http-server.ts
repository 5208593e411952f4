import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ClickHouseError, type ClickHouseSettings } from '@clickhouse/client';
import { silentLogger, type Closable } from '@pcc/platform';
import { type EmbeddedClickHouseConnection, startEmbeddedClickHouse } from '../embedded.js';
import { type HttpQuery, readHttpQuery } from './http-request.js';

export interface ClickHouseHttp extends Closable {
  /** A CLICKHOUSE_URL. */
  readonly url: string;
  /** Open connections, idle ones too. */
  connections(): Promise<number>;
}

export interface ClickHouseHttpOptions {
  /** Any free one when left out. */
  readonly port?: number;
  readonly password?: string;
}

/** As the server's own default. */
const keepAliveMs = 10_000;

/**
 * The embedded engine over ClickHouse's HTTP interface, as far as `@clickhouse/client` uses it: so that tests
 * run the code of the URL, in the test's process or from others, where no ClickHouse server is to be had.
 *
 * @param options.directory a folder of the engine's own; one per process
 */
export async function startClickHouseHttp(
  options: ClickHouseHttpOptions & { readonly directory: string },
): Promise<ClickHouseHttp> {
  const { directory } = options;
  const engine = await startEmbeddedClickHouse({ directory, logger: silentLogger });
  const server = await serveClickHouse(engine.connection, options);
  return {
    ...server,
    async close() {
      await server.close();
      await engine.close();
    },
  };
}

/** The same on an engine that is open already, and stays so after `close`. */
export async function serveClickHouse(
  engine: EmbeddedClickHouseConnection,
  { port = 0, password = '' }: ClickHouseHttpOptions = {},
): Promise<ClickHouseHttp> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    serve(engine, password, request, response).catch((error: unknown) => fail(response, error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const credentials = password === '' ? '' : `default:${encodeURIComponent(password)}@`;
  return {
    url: `http://${credentials}127.0.0.1:${address.port}`,
    connections: () => connectionsOf(server),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  engine: EmbeddedClickHouseConnection,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://clickhouse');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  mustKnow(password, request);
  const asked = await readHttpQuery(request, url);
  response.setHeader('x-clickhouse-query-id', asked.queryId ?? randomUUID());
  const connection = engine.forDatabase(asked.database);
  const aborted = new AbortController();
  response.on('close', () => aborted.abort());
  const call = {
    query: asked.query,
    clickhouse_settings: {
      default_format: 'TabSeparated',
      ...asked.settings,
    } as ClickHouseSettings,
    abort_signal: aborted.signal,
  };
  if (asked.rows !== undefined) {
    const { summary } = await connection.insert({ ...call, values: asked.rows });
    response.setHeader('x-clickhouse-summary', JSON.stringify(summary));
    return void response.end();
  }
  const { stream } = await connection.query(call);
  await send(stream, asked, response);
}

function mustKnow(password: string, { headers }: IncomingMessage): void {
  const given = Buffer.from(String(headers.authorization).replace('Basic ', ''), 'base64');
  if (String(given) === `default:${password}`) return;
  throw new ClickHouseError({
    code: '516',
    type: 'AUTHENTICATION_FAILED',
    message: 'default: Authentication failed: password is incorrect, or there is no such user. ',
  });
}

async function send(stream: Readable, { isCompressed }: HttpQuery, response: ServerResponse) {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await chunks.next(); // what fails before it gets a status of its own
  const tag = randomBytes(8).toString('hex');
  response.setHeader('x-clickhouse-exception-tag', tag);
  const body = async function* () {
    try {
      for (let next = first; next.done !== true; next = await chunks.next()) yield next.value;
    } catch (error) {
      yield Buffer.from(lateException(error, tag));
    }
  };
  try {
    if (isCompressed) {
      response.setHeader('content-encoding', 'gzip');
      await pipeline(body, createGzip(), response);
    } else {
      await pipeline(body, response);
    }
  } catch {
    // The client has gone, which ends the query as well.
  }
}

/** How servers since 25.11 say that a result whose status is long sent has failed. */
function lateException(error: unknown, tag: string): string {
  const text = `${describe(error)}\n`;
  const length = Buffer.byteLength(text);
  return `\r\n__exception__\r\n${tag}\r\n${text}${length} ${tag}\r\n__exception__\r\n`;
}

const statuses: Readonly<Record<string, number>> = {
  '47': 404,
  '60': 404,
  '62': 400,
  '81': 404,
  '159': 408,
  '516': 403,
};

function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const code = error instanceof ClickHouseError ? error.code : '1002';
  for (const name of ['content-encoding', 'x-clickhouse-exception-tag'])
    response.removeHeader(name);
  response.writeHead(statuses[code] ?? 500, { 'x-clickhouse-exception-code': code });
  response.end(`${describe(error)}\n`);
}

const describe = (error: unknown): string =>
  error instanceof ClickHouseError
    ? `Code: ${error.code}. DB::Exception: ${error.message}(${error.type ?? 'UNKNOWN'})`
    : `Code: 1002. DB::Exception: ${String(error)} (UNKNOWN_EXCEPTION)`;

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
