import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { newCancellation } from '../cancellation.js';
import { StaleConnectionError } from './connection.js';
import { connectionPool, PoolBusyError, type Pool, type PoolOptions } from './pool.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const request = { text: 'GET / HTTP/1.1\r\nhost: x\r\n\r\n', timeoutMs: 5_000, mayRepeat: true };
const answer = (body: string, ...headers: string[]) =>
  ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', body].join('\r\n');

/** A server that does what a test says with each request. */
async function serve(onRequest: (socket: Socket, count: number) => void, port = 0) {
  const sockets = new Set<Socket>();
  let requests = 0;
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => onRequest(socket, ++requests));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  closing.push(close);
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    connections: () => connections,
    requests: () => requests,
    close,
  };
}

function poolFor(port: number, options: Partial<PoolOptions> = {}): Pool {
  const pool = connectionPool({
    origin: new URL(`http://127.0.0.1:${port}`),
    maximumConnections: 4,
    maximumWaiting: 10,
    maximumBytes: 1_000,
    ...options,
  });
  closing.push(() => pool.close());
  return pool;
}

describe('the connection pool', () => {
  it('uses a connection again, and opens no more than allowed', async () => {
    const server = await serve((socket, count) => socket.write(answer(String(count))));
    const pool = poolFor(server.port, { maximumConnections: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => pool.send(request)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(8);
    await pool.send(request);
    expect(server.connections()).toBe(2);
  });

  it('repeats once when a kept-alive connection was closed meanwhile, unless it must not', async () => {
    // Each connection answers once, then hangs up when it is asked again.
    const asked = new WeakSet<Socket>();
    const server = await serve((socket) => {
      if (asked.has(socket)) socket.destroy();
      else socket.write(answer('ok'));
      asked.add(socket);
    });
    const pool = poolFor(server.port);
    await pool.send(request);
    expect((await pool.send(request)).body).toBe('ok');
    await expect(pool.send({ ...request, mayRepeat: false })).rejects.toThrow(StaleConnectionError);
    expect(server.requests()).toBe(4);
  });

  it('does not use a connection that the server closes after its answer', async () => {
    const server = await serve((socket) => socket.end(answer('bye', 'connection: close')));
    const pool = poolFor(server.port);
    for (let round = 0; round < 3; round++) expect((await pool.send(request)).body).toBe('bye');
    expect(server.connections()).toBe(3);
  });

  it('refuses more than its queue holds', async () => {
    const server = await serve(() => undefined);
    const pool = poolFor(server.port, { maximumConnections: 1, maximumWaiting: 1 });
    const held = [pool.send(request), pool.send(request)].map((sent) => sent.catch(String));
    await expect(pool.send(request)).rejects.toThrow(PoolBusyError);
    await pool.close();
    expect(await Promise.all(held)).toEqual([
      'Error: the pool is closed',
      'Error: the pool is closed',
    ]);
  });

  it('gives up in time, also what only waits, and goes on with the rest', async () => {
    let silent = true;
    const server = await serve((socket) => void (silent || socket.write(answer('late'))));
    const pool = poolFor(server.port, { maximumConnections: 1 });
    const short = { ...request, timeoutMs: 100 };
    const results = await Promise.allSettled([pool.send(short), pool.send(short)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    silent = false;
    expect((await pool.send(request)).body).toBe('late');
  });

  it('lets go at once when nobody wants the answer any more', async () => {
    const server = await serve(() => undefined);
    const pool = poolFor(server.port, { maximumConnections: 1 });
    const waiting = newCancellation();
    const sent = pool.send({ ...request, waiting });
    await waitFor(() => server.requests() === 1);
    waiting.cancel();
    await expect(sent).rejects.toThrow(/nobody waits/);
    await waitFor(() => server.sockets.size === 0);
    await expect(pool.send({ ...request, waiting })).rejects.toThrow(/nobody/);
  });

  it.each([
    ['an answer that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', /broke off/],
    ['nonsense', 'hello\r\n\r\n', /no HTTP/],
    ['too much', answer('x'.repeat(2_000)), /more than 1000 bytes/],
  ])('fails by %s, and the next request has a fresh connection', async (_name, bytes, reason) => {
    let bad = true;
    const server = await serve((socket) => socket.end(bad ? bytes : answer('fine')));
    const pool = poolFor(server.port);
    await expect(pool.send(request)).rejects.toThrow(reason);
    bad = false;
    expect((await pool.send(request)).body).toBe('fine');
  });

  it('tells that nobody listens', async () => {
    const server = await serve(() => undefined);
    await server.close();
    await expect(poolFor(server.port).send(request)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('drops a connection on which the server speaks unasked', async () => {
    const server = await serve((socket) => socket.write(answer('ok')));
    const pool = poolFor(server.port);
    await pool.send(request);
    for (const socket of server.sockets) socket.write(answer('forged'));
    await waitFor(() => server.sockets.size === 0);
    expect((await pool.send(request)).body).toBe('ok');
    expect(server.connections()).toBe(2);
  });
});
