import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ClickHouseClientConfigOptions, parseError } from '@clickhouse/client';
import type { Closable, Logger } from '@pcc/platform';
import { lockDirectory } from '../directory-lock.js';
import { errorMessage, StoreError } from '../errors.js';
import { semaphore } from './semaphore.js';

/** What `@clickhouse/client` calls instead of HTTP. */
export type ClickHouseConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

/** The engine, for `connectClickHouse({ connection })`. */
export interface EmbeddedClickHouseConnection {
  /** @param database every call runs in it; `createDatabase` makes it */
  forDatabase(database: string): ClickHouseConnection;
}

export interface EmbeddedClickHouse extends Closable {
  readonly connection: EmbeddedClickHouseConnection;
}

/** Each call holds a thread of libuv's pool (16 by UV_THREADPOOL_SIZE) that files and DNS need as well. */
const maxParallelCalls = 8;

type ChdbConnection = ClickHouseConnection & {
  readonly chdb: { queryAsync(sql: string): Promise<unknown> };
};

const trapHandlerFlag = '--disable-wasm-trap-handler';

/** A call came after `close`; the name is one by which the platform knows that a store is down. */
class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';
}

/**
 * ClickHouse (chdb) inside this process. Only one directory can be open per process.
 *
 * Node must run with `--disable-wasm-trap-handler` (the engine replaces the handler that WebAssembly's
 * bounds checks rely on) and UV_THREADPOOL_SIZE=16.
 */
export async function startEmbeddedClickHouse(options: {
  readonly directory: string;
  readonly logger: Logger;
}): Promise<EmbeddedClickHouse> {
  const directory = resolve(options.directory);
  if (!process.execArgv.includes(trapHandlerFlag)) {
    options.logger.warn(`start node with ${trapHandlerFlag}: see startEmbeddedClickHouse`);
  }
  const lock = await lockDirectory(directory);
  try {
    const engine = await openEngine(join(directory, 'data'));
    return {
      connection: { forDatabase: engine.forDatabase },
      async close() {
        try {
          await engine.close();
        } finally {
          await lock.close();
        }
      },
    };
  } catch (error) {
    await lock.close();
    throw new StoreError(`ClickHouse cannot open ${directory}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

async function openEngine(path: string) {
  // Imported here: a platform without the native library must be able to load this package.
  const { drainPending, Session } = await import('chdb');
  const { createChdbConnection } = await import('chdb/connection');
  await mkdir(path, { recursive: true });
  // Holds the engine open; without it every last connection that closes would shut it down.
  const anchor = new Session(path);
  const limited = semaphore(maxParallelCalls);
  const running = new Set<Promise<unknown>>();
  let closed = false;

  /** A connection of its own for each call: settings and the current database stick to a connection. */
  const call = async <Result>(
    database: string,
    work: (connection: ChdbConnection) => Promise<Result>,
  ): Promise<Result> => {
    // After close a new connection would silently open the engine again.
    if (closed) throw new StoreClosedError('ClickHouse is closed');
    const connection = createChdbConnection({ path }) as unknown as ChdbConnection;
    try {
      if (database !== 'default') await connection.chdb.queryAsync(`USE \`${database}\``);
      return await work(connection);
    } catch (error) {
      throw asClientError(error);
    } finally {
      await connection.close();
    }
  };
  const track = <Result>(
    database: string,
    work: (connection: ChdbConnection) => Promise<Result>,
  ) => {
    const result = limited(() => call(database, work));
    running.add(result);
    const forget = () => void running.delete(result);
    result.then(forget, forget);
    return result;
  };

  return {
    forDatabase: (database: string): ClickHouseConnection => ({
      query: (params) => track(database, (connection) => connection.query(params)),
      insert: (params) => track(database, (connection) => connection.insert(params)),
      command: (params) => track(database, (connection) => connection.command(params)),
      exec: (params) => track(database, (connection) => connection.exec(params)),
      async ping(params) {
        try {
          return await track('default', (connection) => connection.ping(params));
        } catch (error) {
          return {
            success: false,
            error: error instanceof Error ? error : new Error(String(error)),
          };
        }
      },
      close: async () => undefined, // the engine outlives its clients
    }),
    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled(running);
      await drainPending();
      anchor.close();
      await drainPending();
    },
  };
}

/** The engine throws its own copy of ClickHouseError; callers test for the client's class. */
function asClientError(error: unknown): unknown {
  if (!(error instanceof Error) || !/^Code: \d+/.test(causeText(error))) return error;
  const mapped = parseError(causeText(error));
  mapped.cause = error;
  return mapped;
}

function causeText(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
