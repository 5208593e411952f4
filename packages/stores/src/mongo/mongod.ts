import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Closable, Logger } from '@pcc/platform';
import { MongoClient } from 'mongodb';

const oldestVersion = 6;
const startTimeoutMs = 60_000;
const replicaSet = 'pcc';

/** @returns a `mongod` new enough for us, or `undefined` */
export async function findMongod(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const program = join(folder, 'mongod');
    try {
      await access(program, constants.X_OK);
      const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
      const major = Number(/db version v(\d+)/.exec(stdout)?.[1]);
      if (major >= oldestVersion) return program;
    } catch {
      // Not here, or not one that runs: look on.
    }
  }
  return undefined;
}

/** Runs it as a replica set of one, since transactions want one. */
export async function startMongod(options: {
  readonly program: string;
  readonly directory: string;
  readonly logger: Logger;
}): Promise<{ url: string } & Closable> {
  const { program, directory, logger } = options;
  await stopLeftOver(directory);
  const port = await freePort();
  const child = spawn(
    program,
    [
      '--dbpath',
      directory,
      '--port',
      String(port),
      '--bind_ip',
      '127.0.0.1',
      '--replSet',
      replicaSet,
      '--logpath',
      join(directory, 'mongod.log'),
    ],
    { stdio: 'ignore' },
  );
  await once(child, 'spawn');
  await writeFile(join(directory, 'pid'), String(child.pid));
  let closing = false;
  child.on('exit', (code) => {
    if (!closing) logger.error({ code }, 'mongod ended; see mongod.log in its directory');
  });
  const close = async () => {
    closing = true;
    await stop(child);
    await rm(join(directory, 'pid'), { force: true });
  };
  try {
    await becomePrimary(port, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSet}`, close };
}

/** The port is new at every start, so the replica set's one member is renamed to it. */
async function becomePrimary(port: number, child: ChildProcess): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: startTimeoutMs,
  });
  const exited = once(child, 'exit').then(() => {
    throw new Error('mongod ended at its start; see mongod.log in its directory');
  });
  const prepare = async () => {
    await client.connect();
    const admin = client.db('admin');
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    const config = await admin
      .command({ replSetGetConfig: 1 })
      .then(({ config: found }) => found as { version: number })
      .catch(() => undefined); // not initiated yet
    await admin.command(
      config === undefined
        ? { replSetInitiate: { _id: replicaSet, members } }
        : { replSetReconfig: { ...config, version: config.version + 1, members }, force: true },
    );
    const deadline = Date.now() + startTimeoutMs;
    while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
      if (Date.now() > deadline) throw new Error('mongod did not become primary');
      await sleep(50);
    }
  };
  try {
    await Promise.race([prepare(), exited]);
  } finally {
    exited.catch(() => undefined);
    await client.close();
  }
}

/** A mongod outlives a parent that was killed; its files can be opened only once it is gone. */
async function stopLeftOver(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'pid'), 'utf8').catch(() => ''));
  if (!(pid > 0)) return;
  const isOurs = async () => {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return commandLine.split('\0').includes(directory);
  };
  if (!(await isOurs())) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + startTimeoutMs;
  while ((await isOurs()) && Date.now() < deadline) await sleep(100);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
