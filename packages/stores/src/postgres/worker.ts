/** Runs in a worker thread: queries of the embedded engine are synchronous and would stop the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { vector } from '@electric-sql/pglite-pgvector';
import { startGateway } from './gateway.js';
import type { WorkerInput, WorkerMessage } from './worker-protocol.js';

const extensions = { vector, pg_trgm, unaccent, citext, pgcrypto };

const input = workerData as WorkerInput;
const tell = (message: WorkerMessage) => parentPort?.postMessage(message);

const database = await PGlite.create({
  pgliteWasmModule: input.engine,
  dataDir: input.dataDirectory,
  extensions,
  relaxedDurability: false,
});
// Created here once and in `public`, so that a migration's `CREATE EXTENSION IF NOT EXISTS` finds them
// wherever its search_path points.
for (const name of Object.keys(extensions)) {
  await database.exec(`CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA public`);
}
const version = await database.query<{ server_version: string }>('SHOW server_version');

const engine = {
  execute: (messages: Uint8Array, onRawData: (chunk: Uint8Array) => void) =>
    database.runExclusive(() => database.execProtocolRawStream(messages, { onRawData })),
};
const gateway = await startGateway(engine, {
  host: '127.0.0.1',
  port: input.port,
  password: input.password,
  idleInTransactionMs: input.idleInTransactionMs,
  parameters: {
    server_version: version.rows[0]?.server_version ?? '18',
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  },
  // Uncaught on purpose: the worker dies, the parent logs why and starts another on the same files.
  onEngineFailure: (error) => {
    // Emscripten's exit status is not an Error, and would lose its text on the way.
    throw error instanceof Error ? error : new Error(`the engine ended: ${JSON.stringify(error)}`);
  },
});

parentPort?.on('message', (message: 'close') => {
  if (message === 'close') void close();
});
tell({ kind: 'ready', port: gateway.port });

async function close(): Promise<void> {
  await gateway.close();
  await database.close();
  tell({ kind: 'closed' });
  parentPort?.close();
}
