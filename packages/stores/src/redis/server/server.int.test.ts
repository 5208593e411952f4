import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentLogger } from '@pcc/platform';
import { freePort, waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../errors.js';
import { redisPorts } from '../connect.js';
import type { RedisPorts } from '../ports.js';
import { portsContract } from '../ports.contract.js';

const url = process.env['TEST_REDIS_URL'];
const program = process.env['TEST_REDIS_SERVER'];

if (url === undefined) describe.skip('the ports on Redis: TEST_REDIS_URL is not set');
else portsContract('the ports on Redis', () => redisPorts({ url, logger: silentLogger }));

it('says in one line that Redis cannot be reached at the start', async () => {
  const opening = redisPorts({ url: 'redis://127.0.0.1:1', logger: silentLogger });
  await expect(opening).rejects.toThrow(StoreError);
  await expect(opening).rejects.toThrow(/^Cannot connect to Redis: /);
});

/** Needs a server of its own, to stop and start: TEST_REDIS_SERVER=redis-server. */
describe.skipIf(program === undefined)('when Redis goes away', () => {
  const opened: RedisPorts[] = [];
  let server: ChildProcess | undefined;

  const start = (port: number) => {
    server = spawn(program ?? '', ['--port', String(port), '--save', '', '--dir', '/tmp'], {
      stdio: 'ignore',
    });
  };
  const stop = async (signal: NodeJS.Signals) => {
    const exited = server && once(server, 'exit');
    server?.kill(signal);
    await exited;
    server = undefined;
  };
  const open = async (port: number) => {
    const ports = await waitFor(() =>
      redisPorts({ url: `redis://127.0.0.1:${port}`, logger: silentLogger }),
    );
    opened.push(ports);
    return ports;
  };

  afterEach(async () => {
    for (const ports of opened.splice(0)) await ports.close();
    await stop('SIGKILL');
  });

  it('fails fast, comes back by itself, subscribes again and says that it was away', async () => {
    const port = await freePort();
    start(port);
    const ports = await open(port);
    const received: unknown[] = [];
    let interruptions = 0;
    ports.pubSub.onInterruption(() => interruptions++);
    await ports.pubSub.subscribe('topic', ({ payload }) => received.push(payload));
    const leave = await ports.pubSub.subscribe('left', ({ payload }) => received.push(payload));

    await stop('SIGKILL');
    const begun = Date.now();
    await expect(ports.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(ports.cache.get('x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(ports.pubSub.publish('topic', { payload: 0 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await expect(
      ports.rateLimiter.consume('k', { points: 1, perSeconds: 1 }),
    ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await leave();
    expect(Date.now() - begun).toBeLessThan(4_000);
    expect(interruptions).toBe(0);

    start(port);
    await waitFor(() => interruptions === 1);
    await waitFor(() => ports.ping().then(() => true));
    await ports.pubSub.publish('left', { payload: 'not heard' });
    await ports.pubSub.publish('topic', { payload: 'heard' });
    await waitFor(() => received.length > 0);
    expect(received).toEqual(['heard']);
  });

  it('answers within bounds when Redis hangs, and goes on when it wakes', async () => {
    const port = await freePort();
    start(port);
    const ports = await open(port);
    server?.kill('SIGSTOP');
    const begun = Date.now();
    await expect(ports.sessions.isLive('x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(Date.now() - begun).toBeLessThan(4_000);
    server?.kill('SIGCONT');
    await waitFor(async () => (await ports.sessions.isLive('x')) === false);
  });

  it('tells the holder of a lock that it was lost', async () => {
    const port = await freePort();
    start(port);
    const ports = await open(port);
    const reason = await ports.lock.withLock('job', { ttlMs: 300 }, async (signal) => {
      await stop('SIGKILL');
      await once(signal, 'abort');
      return String(signal.reason);
    });
    expect(reason).toMatch(/run out/);
  });
});
