import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closable } from '@pcc/platform';
import { freePort, testDirectory, waitFor } from '@pcc/testkit';
import { Redis } from 'ioredis';

/** A redis-server of the test's own, to be stopped, frozen and started again on the same port. */
export interface TestRedis extends Closable {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing is flushed that was not yet. */
  kill(): Promise<void>;
  /** Deletes what it has stored. Only while it is stopped. */
  loseData(): Promise<void>;
  /** It takes connections and answers nothing, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** @param program the name or path of `redis-server` */
export async function startTestRedis(program: string): Promise<TestRedis> {
  const directory = await testDirectory();
  const data = join(directory.path, 'data');
  await mkdir(data);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const start = async () => {
    const settings = {
      port: String(port),
      bind: '127.0.0.1',
      dir: data,
      save: '',
      appendonly: 'yes',
      // What was acknowledged is on the disk: a killed server loses nothing.
      appendfsync: 'always',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    server = spawn(program, args, { stdio: 'ignore' });
    await waitFor(() => answers(url), { what: 'Redis to answer' });
  };
  const kill = async () => {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    server = undefined;
  };
  await start();
  return {
    url,
    start,
    kill,
    async loseData() {
      await rm(data, { recursive: true });
      await mkdir(data);
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async close() {
      await kill();
      await directory.close();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
