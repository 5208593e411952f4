import { waitFor } from '@pcc/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';
import { openAcknowledged, openRawClient, type RawClient } from './testing/raw-client.js';

let graph: PlatformGraph;
const clients: RawClient[] = [];

beforeAll(async () => {
  graph = await startPlatformGraph({
    limits: {
      keepAliveMs: 1_000,
      maxQueuedMessages: 20,
      maxSockets: 12,
      maxSocketsPerViewer: 6,
      maxOperationsPerSocket: 3,
      maxSubscriptions: 5,
      maxSubscriptionsPerViewer: 4,
    },
  });
});
afterAll(() => graph.close());
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await waitFor(async () => (await openSockets()) === 0);
});

const openSockets = async () => {
  const text = await (await fetch(`${graph.url}/metrics`)).text();
  return Number(/^router_open_sockets\{.*\} (\d+)$/m.exec(text)?.[1]);
};
const keep = (client: RawClient) => {
  clients.push(client);
  return client;
};
const raw = async (protocol?: string) => keep(await openRawClient(graph.socketUrl, protocol));
const acknowledged = async (authorization?: string) =>
  keep(await openAcknowledged(graph.socketUrl, authorization));
const signedIn = async (user = 'u1') => {
  const signed = await graph.issuer.signIn(user, 'student');
  return { ...signed, client: await acknowledged(signed.authorization) };
};
const closedWith = (client: RawClient) => waitFor(() => client.closed);
const listening = 'subscription { ticked { number } }';

describe('the protocol', () => {
  it.each([
    ['no JSON', 'nonsense', 4400],
    ['no object', '[1]', 4400],
    ['an unknown type', '{"type":"start"}', 4400],
    ['a subscription without an id', '{"type":"subscribe","payload":{"query":"{a}"}}', 4400],
    ['an id that is too long', `{"type":"complete","id":"${'x'.repeat(257)}"}`, 4400],
    ['a payload that is no object', '{"type":"ping","payload":"x"}', 4400],
    ['a second connection_init', '{"type":"connection_init"}', 4429],
    ['an id that is in use', `{"id":"1","type":"subscribe","payload":{"query":"{a}"}}`, 4409],
  ])('closes for %s', async (_name, message, code) => {
    const client = await acknowledged();
    client.subscribe('1', listening);
    client.socket.send(message);
    expect(await closedWith(client)).toMatchObject({ code });
  });

  it('closes for a subscription before connection_init, and for another protocol', async () => {
    const early = await raw();
    early.subscribe('1', listening);
    expect(await closedWith(early)).toMatchObject({ code: 4401 });
    const other = await raw('graphql-ws').catch(() => undefined);
    // The library for clients gives up by itself; others hear it from us.
    if (other !== undefined) expect(await closedWith(other)).toMatchObject({ code: 4406 });
  });

  it('answers a ping with what it brought', async () => {
    const client = await acknowledged();
    client.send({ type: 'ping', payload: { at: 1 } });
    client.send({ type: 'ping' });
    await client.heard({ type: 'pong', payload: { at: 1 } });
    await waitFor(() => client.messages.length === 3);
    expect(client.messages[2]).toEqual({ type: 'pong' });
  });

  it('lets an id be used again when its operation was stopped', async () => {
    const client = await acknowledged();
    for (let round = 0; round < 5; round++) {
      client.subscribe('1', listening);
      client.send({ id: '1', type: 'complete' });
    }
    client.subscribe('1', '{ echo(text: "done") }');
    await client.heard({ id: '1', payload: { data: { echo: 'done' } } });
    await client.heard({ id: '1', type: 'complete' });
  });
});

describe('a living socket', () => {
  it('takes a refreshed token and outlives the first one', async () => {
    const { sessionId, authorization } = await graph.issuer.signIn('u1', 'student', 2);
    const client = await acknowledged(authorization);
    const first = Date.now() + 2_000;
    client.subscribe('1', listening);
    const claims = { sub: 'u1', sid: sessionId, role: 'student' };
    const token = await graph.issuer.sign(claims, 900);
    client.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
    const { payload } = await client.heard({ type: 'pong' });
    expect(Date.parse((payload as { expiresAt: string }).expiresAt)).toBeGreaterThan(first);
    await waitFor(async () => {
      await graph.store.tick(1);
      return Date.now() > first + 1_500;
    });
    expect(client.closed).toBeUndefined();
    const before = client.messages.length;
    await graph.store.tick(2);
    await waitFor(() => client.messages.length > before);
  });

  it('is closed by a refreshed token that says another role', async () => {
    const { client, sessionId } = await signedIn();
    const token = await graph.issuer.sign({ sub: 'u1', sid: sessionId, role: 'admin' }, 900);
    client.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
    expect(await closedWith(client)).toMatchObject({ code: 4403 });
  });

  it('is closed within a second when all sessions of its person end, as for a new role', async () => {
    const [one, two, other] = [await signedIn('u5'), await signedIn('u5'), await signedIn('u6')];
    const revokedAt = Date.now();
    await graph.redis.sessions.revokeAll('u5');
    expect(await closedWith(one.client)).toMatchObject({ code: 4403 });
    expect(await closedWith(two.client)).toMatchObject({ code: 4403 });
    expect(Date.now() - revokedAt).toBeLessThan(1_000);
    expect(other.client.closed).toBeUndefined();
  });
});

describe('limits', () => {
  it('of operations on one socket', async () => {
    const client = await acknowledged();
    for (const id of ['1', '2', '3', '4']) client.subscribe(id, listening);
    const { payload } = await client.heard({ id: '4', type: 'error' });
    expect(payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  it('of subscriptions per viewer, and in all', async () => {
    const people = [await signedIn('u1'), await signedIn('u1'), await signedIn('u2')];
    for (const { client } of people) for (const id of ['1', '2']) client.subscribe(id, listening);
    people[1]?.client.subscribe('3', listening);
    const refused = () =>
      people.flatMap(({ client }) => client.messages).filter(({ type }) => type === 'error');
    // Four of the first person, so one of the second remains.
    await waitFor(() => refused().length === 2);
    expect(refused()).toMatchObject([
      { payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
      { payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
  });

  it('of sockets per viewer, and in all', async () => {
    for (let count = 0; count < 6; count++) await signedIn('u1');
    const { authorization } = await graph.issuer.signIn('u1', 'student');
    const seventh = await raw();
    seventh.send({ type: 'connection_init', payload: { authorization } });
    expect(await closedWith(seventh)).toMatchObject({ code: 1013 });
    for (let count = 0; count < 6; count++) await signedIn('u2');
    const thirteenth = new WebSocket(graph.socketUrl, 'graphql-transport-ws');
    const status = await new Promise((resolve) =>
      thirteenth.on('unexpected-response', (_request, { statusCode, headers }) =>
        resolve([statusCode, headers['retry-after']]),
      ),
    );
    expect(status).toEqual([503, '5']);
  });
});

describe('a client that stops reading', () => {
  // Larger than what the system keeps for a socket that is not read, in a few dozen pieces.
  const padding = 'x'.repeat(500_000);

  it('of a stream with a store is dropped; its events are not even resolved before', async () => {
    const { client } = await signedIn();
    client.subscribe('1', 'subscription { noteAdded { seq text } }');
    await waitFor(async () => {
      await graph.store.add('hello');
      return client.messages.some(({ type }) => type === 'next');
    });
    client.socket.pause();
    const before = graph.store.calls.resolve;
    for (let count = 0; count < 300; count++) await graph.store.add(padding);
    await waitFor(async () => (await openSockets()) === 0);
    // What fits into the system's own buffers, nothing like the 150 MB that were offered.
    expect(graph.store.calls.resolve - before).toBeLessThan(150);
    client.socket.resume();
    expect([1013, 1006]).toContain((await closedWith(client)).code);
  });

  it('and keeps asking is dropped before its answers fill the memory', async () => {
    const { client } = await signedIn();
    client.socket.pause();
    client.send({ type: 'ping', payload: { padding } });
    for (let count = 0; count < 60; count++) client.send({ type: 'ping', payload: { padding } });
    await waitFor(async () => (await openSockets()) === 0);
    client.socket.resume();
    expect([1013, 1006]).toContain((await closedWith(client)).code);
  });
});
