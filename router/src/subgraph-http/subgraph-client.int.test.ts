import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics, silentLogger, traceparentHeader } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { newCancellation, type Cancellation } from '../cancellation.js';
import { subgraphClient, type SubgraphClientOptions } from './subgraph-client.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const fine = '{"data":{"a":1}}';
type Handler = (response: ServerResponse, request: IncomingMessage, count: number) => void;

/** A subgraph that answers as the test says, and a client for it. */
async function start(handler: Handler, options: Partial<SubgraphClientOptions> = {}) {
  const requests: IncomingMessage[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    requests.push(request);
    open.add(response);
    response.on('close', () => open.delete(response));
    request.resume().on('end', () => handler(response, request, requests.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = subgraphClient({
    urlOf: () => `http://127.0.0.1:${port}/graphql`,
    timeoutMs: 5_000,
    maxResponseBytes: 10_000,
    deduplication: true,
    failuresBeforeRest: 1_000,
    restMs: 50,
    metrics: createMetrics('test'),
    logger: silentLogger,
    ...options,
  });
  closing.push(
    () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
    () => client.close(),
  );
  const scope = (headers: Record<string, string> = {}, waiting?: Cancellation) => ({
    headers,
    viewer: null,
    forwarded: '',
    log: silentLogger,
    deadline: Date.now() + 5_000,
    waiting,
  });
  const ask = (given = scope(), mayRepeat = true) =>
    client.query('shop', '{"query":"{ a }"}', given, { mayRepeat });
  return { ask, scope, requests, open };
}

describe('the subgraph client', () => {
  it('asks again after a failure that passes, when that is allowed', async () => {
    const { ask, requests } = await start((response, _request, count) => {
      response.statusCode = count < 3 ? 503 : 200;
      response.end(count < 3 ? 'starting' : fine);
    });
    expect((await ask()).data).toEqual({ a: 1 });
    expect(requests).toHaveLength(3);
  });

  it('never asks a mutation again', async () => {
    const { ask, scope, requests } = await start((response) => {
      response.statusCode = 503;
      response.end('starting');
    });
    await expect(ask(scope(), false)).rejects.toThrow(/not JSON \(status 503\)/);
    expect(requests).toHaveLength(1);
  });

  it('lets a failing subgraph rest, then tries with one request', async () => {
    let broken = true;
    const { ask, requests } = await start(
      (response) => (broken ? response.destroy() : response.end(fine)),
      { failuresBeforeRest: 3, deduplication: false },
    );
    await expect(ask()).rejects.toThrow();
    await expect(ask()).rejects.toThrow('it rests');
    const whileResting = requests.length;
    await expect(ask()).rejects.toThrow('it rests');
    expect(requests).toHaveLength(whileResting);
    broken = false;
    await waitFor(() => ask().then(() => true));
  });

  it('does not take a crowd of its own for a failing subgraph', async () => {
    const held: ServerResponse[] = [];
    let isHolding = true;
    const { ask } = await start(
      (response) => void (isHolding ? held.push(response) : response.end(fine)),
      { failuresBeforeRest: 3, deduplication: false, restMs: 60_000 },
    );
    // 64 are under way, 1,000 wait, and the rest is turned away.
    const crowd = Promise.allSettled(Array.from({ length: 1_074 }, () => ask()));
    await waitFor(() => held.length === 64);
    isHolding = false;
    for (const response of held) response.end(fine);
    const refused = (await crowd).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(10);
    expect((await ask()).errors).toEqual([]);
  });

  it('sends identical queries once while they are under way, for one viewer only', async () => {
    const held: ServerResponse[] = [];
    const { ask, scope, requests } = await start((response) => void held.push(response));
    const of = (viewer: string, trace: string) =>
      ask(scope({ 'x-pcc-viewer': viewer, [traceparentHeader]: trace, tracestate: trace }));
    const asked = [of('ada', '1'), of('ada', '2'), of('bob', '3')];
    await waitFor(() => held.length === 2);
    for (const response of held.splice(0)) response.end(fine);
    const answers = await Promise.all(asked);
    expect(requests).toHaveLength(2);
    // Each reads for herself: what one adds to the answer is not seen by another.
    expect(answers[0]?.data).not.toBe(answers[1]?.data);
    const mutations = [1, 2].map(() => ask(scope(), false));
    await waitFor(() => held.length === 2);
    for (const response of held) response.end(fine);
    await Promise.all(mutations);
  });

  it('gives up what nobody waits for any more, and no sooner', async () => {
    const { ask, scope, open } = await start(() => undefined);
    const people = [newCancellation(), newCancellation()];
    const settled = Promise.allSettled(people.map((person) => ask(scope({}, person))));
    await waitFor(() => open.size === 1);
    people[0]?.cancel();
    expect(open.size).toBe(1);
    people[1]?.cancel();
    await waitFor(() => open.size === 0);
    expect((await settled).map(({ status }) => status)).toEqual(Array(2).fill('rejected'));
  });

  it('tells the subgraph how long it has, and does not ask when the time is over', async () => {
    const { ask, scope, requests } = await start((response) => void response.end(fine));
    await ask({ ...scope(), deadline: Date.now() + 1_000 });
    const told = Number(requests[0]?.headers['x-pcc-timeout-ms']);
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(1_000);
    await expect(ask({ ...scope(), deadline: Date.now() - 1 })).rejects.toThrow(/time .* is over/);
    expect(requests).toHaveLength(1);
  });
});
