import { mkdir } from 'node:fs/promises';
import { parseError } from '@clickhouse/client';
import type { ChdbConnection, ClickHouseConnection } from './connection.js';
import { insertInChunks } from './insert-chunks.js';
import { isStreamable, streamResult, type StreamingEngine } from './result-stream.js';
import { semaphore } from './semaphore.js';
import { type CallOptions, setupStatements } from './session-setup.js';

export interface ChdbEngine {
  readonly forDatabase: (database: string) => ClickHouseConnection;
  close(): Promise<void>;
}

/** Each call holds a thread of libuv's pool (16 by UV_THREADPOOL_SIZE) that files and DNS need as well. */
const maxParallelCalls = 8;

/** A call came after `close`; the name is one by which the platform knows that a store is down. */
class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';
}

/** The engine on one folder: the only one of the process. */
export async function openEngine(path: string): Promise<ChdbEngine> {
  // Imported here: a platform without the native library must be able to load this package.
  const { drainPending, Session } = await import('chdb');
  const { createChdbConnection } = await import('chdb/connection');
  await mkdir(path, { recursive: true });
  // Holds the engine open; without it every last connection that closes would shut it down.
  const anchor = new Session(path);
  const limited = semaphore(maxParallelCalls);
  const running = new Set<Promise<unknown>>();
  const streams: StreamingEngine['streams'] = new Set();
  let closed = false;

  const track = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = limited(async () => {
      // After close a new connection would silently open the engine again.
      if (closed) throw new StoreClosedError('ClickHouse is closed');
      try {
        return await work();
      } catch (error) {
        throw asClientError(error);
      }
    });
    running.add(result);
    const forget = () => void running.delete(result);
    result.then(forget, forget);
    return result;
  };
  /** A connection of its own for each call: settings, parameters and the current database stick to one. */
  const open = async (database: string, options: CallOptions): Promise<ChdbConnection> => {
    const statements = setupStatements(database, options);
    const connection = createChdbConnection({ path }) as unknown as ChdbConnection;
    try {
      for (const statement of statements) await connection.chdb.queryAsync(statement);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
  const call = <Options extends CallOptions, Result>(
    database: string,
    options: Options,
    work: (connection: ChdbConnection, left: Options) => Promise<Result>,
  ): Promise<Result> =>
    track(async () => {
      const connection = await open(database, options);
      try {
        return await work(connection, withoutSetup(options));
      } finally {
        await connection.close();
      }
    });

  return {
    forDatabase: (database) => ({
      async query(params) {
        const engine = { open: () => open(database, params), track, streams };
        const streamed = isStreamable(params.query)
          ? await streamResult(params, engine)
          : undefined;
        return streamed ?? call(database, params, (connection, left) => connection.query(left));
      },
      insert: (params) =>
        insertInChunks(params, (chunk) =>
          call(database, chunk, (connection, left) => connection.insert(left)),
        ),
      command: (params) => call(database, params, (connection, left) => connection.command(left)),
      exec: (params) => call(database, params, (connection, left) => connection.exec(left)),
      async ping(params) {
        try {
          return await call('default', {}, (connection) => connection.ping(params));
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
      const reason = new StoreClosedError('ClickHouse was closed');
      await Promise.all([...streams].map((stream) => stream.destroy(reason)));
      await Promise.allSettled(running);
      await drainPending();
      anchor.close();
      await drainPending();
    },
  };
}

/** What is left to say once a connection is set up. */
const withoutSetup = <Options extends CallOptions>(options: Options): Options => ({
  ...options,
  query_params: undefined,
  clickhouse_settings: {
    // As a server has it; chdb's own is CSV.
    default_format: options.clickhouse_settings?.['default_format'] ?? 'TabSeparated',
  },
});

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
