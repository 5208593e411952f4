import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Closable } from '@pcc/platform';
import { freePort, testDirectory, waitFor } from '@pcc/testkit';
import { Redis } from 'ioredis';

/** A redis-server of the test's own, to be stopped, frozen and started again on the same port. */
export interface TestRedis extends Closable {
  readonly url: string;
  /** For what the test does to the server behind everybody's back. */
  admin<Result>(work: (redis: Redis) => Promise<Result>): Promise<Result>;
  start(): Promise<void>;
  /** SIGKILL; what is in memory only is gone. */
  kill(): Promise<void>;
  /** It takes connections and answers nothing, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/**
 * @param program the name or path of `redis-server`
 * @param settings as in redis.conf
 */
export async function startTestRedis(
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestRedis> {
  const directory = await testDirectory();
  const port = await freePort();
  const password = settings['requirepass'];
  const url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  const admin: TestRedis['admin'] = async (work) => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    const all = { port: String(port), bind: '127.0.0.1', dir: directory.path, save: '' };
    const options = Object.entries({ ...all, ...settings });
    const parameters = options.flatMap(([name, value]) => [`--${name}`, value]);
    server = spawn(program, parameters, { stdio: 'ignore' });
    await waitFor(() => admin((redis) => redis.ping()), { what: 'Redis to answer' });
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
    admin,
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async close() {
      await kill();
      await directory.close();
    },
  };
}
