import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from './errors.js';
import {
  parseJsonObject,
  readBody,
  sendJson,
  startHttpServer,
  type Route,
  type RunningHttpServer,
} from './http-server.js';
import type { StoreCheck } from './health.js';
import { silentLogger } from './logger.js';
import { createMetrics } from './metrics.js';

const running: RunningHttpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(
  routes: Record<string, Route>,
  stores: StoreCheck[] = [],
  more: { idleTimeoutMs?: number } = {},
) {
  const server = await startHttpServer({
    port: 0,
    host: '127.0.0.1',
    logger: silentLogger,
    metrics: createMetrics('test'),
    routes,
    stores,
    ...more,
  });
  running.push(server);
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

describe('the HTTP server', () => {
  it('lives, and says which store is down', async () => {
    const down = { name: 'mongo', ping: () => Promise.reject(new Error('refused')) };
    const { url } = await start({}, [{ name: 'postgres', ping: async () => {} }, down]);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      checks: { postgres: { ok: true }, mongo: { ok: false, error: 'refused' } },
    });
  });

  it('lets go of a client that does not read its answer', async () => {
    const answer = Buffer.alloc(50_000_000);
    let asked = 0;
    const large: Route = (_request, response) => {
      asked++;
      response.end(answer);
    };
    const { server, port } = await start({ '/large': large }, [], { idleTimeoutMs: 300 });
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    client.pause();
    const connections = promisify(server.getConnections.bind(server));
    await vi.waitFor(() => expect(asked).toBe(1));
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
    expect(client.bytesRead).toBeLessThan(answer.length);
    client.destroy();
  });

  it('answers an AppError with its code and hides anything else', async () => {
    const { url } = await start({
      '/known': () => {
        throw new AppError('FORBIDDEN');
      },
      '/defect': () => {
        throw new Error('secret detail');
      },
    });
    const known = await fetch(`${url}/known`);
    expect([known.status, await known.text()]).toEqual([403, expect.stringContaining('FORBIDDEN')]);
    const defect = await fetch(`${url}/defect`, { headers: { 'x-request-id': 'r-1' } });
    const text = await defect.text();
    expect(defect.status).toBe(500);
    expect(text).toContain('r-1');
    expect(text).not.toContain('secret detail');
  });

  it('refuses bodies that are too large, however they are sent, and ones that are no JSON', async () => {
    const { url } = await start({
      '/echo': async (request, response) =>
        sendJson(response, 200, parseJsonObject(await readBody(request, 100))),
    });
    const post = (body: string | ReadableStream, extra: object = {}) =>
      fetch(`${url}/echo`, { method: 'POST', body, ...extra }).then((response) => response.status);
    expect(await post('{"a":1}')).toBe(200);
    expect(await post('x'.repeat(101))).toBe(413);
    const chunks = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 20; index++) controller.enqueue(new Uint8Array(10).fill(120));
        controller.close();
      },
    });
    expect(await post(chunks, { duplex: 'half' })).toBe(413);
    expect(await post('[1]')).toBe(400);
    expect(await post('{')).toBe(400);
  });

  it('lives on after a hostile request target', async () => {
    const { port, url } = await start({});
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('GET //[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      });
      socket.once('data', (data) => resolve(data.toString()));
    });
    expect(answer).toContain('404');
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('finishes what is under way when it closes', async () => {
    let finish: () => void = () => undefined;
    const started = new Promise<void>((resolveStarted) => {
      void start({
        '/slow': async (_request, response) => {
          resolveStarted();
          await new Promise<void>((resolve) => (finish = resolve));
          sendJson(response, 200, { done: true });
        },
      }).then(({ url }) => {
        answer = fetch(`${url}/slow`);
      });
    });
    let answer: Promise<Response> | undefined;
    await started;
    const closing = running.pop()?.close();
    finish();
    expect(await (await answer)?.json()).toEqual({ done: true });
    await closing;
  });
});
