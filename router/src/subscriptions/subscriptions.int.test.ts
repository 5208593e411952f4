import { waitFor } from '@pcc/testkit';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
const clients: Client[] = [];

beforeAll(async () => {
  graph = await startPlatformGraph({ limits: { maxQueuedMessages: 50 } });
});
afterAll(() => graph.close());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  graph.store.broken = false;
});

interface Closed {
  code: number;
  reason: string;
}

function connect(authorization?: string) {
  const closes: Closed[] = [];
  const client = createClient({
    url: graph.socketUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: authorization === undefined ? {} : { Authorization: authorization },
    on: { closed: (event) => closes.push(event as Closed) },
  });
  clients.push(client);
  return { client, closes };
}

/** Collects a subscription's results until it is stopped. */
function collect(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const results: unknown[] = [];
  const ended: { error?: unknown; completed?: true } = {};
  const stop = client.subscribe(
    { query, variables },
    {
      next: (result) => results.push(JSON.parse(JSON.stringify(result))),
      error: (error) => (ended.error = error),
      complete: () => (ended.completed = true),
    },
  );
  return { results, ended, stop };
}

const notes = (results: unknown[]) =>
  results.map(
    (result) => (result as { data: { noteAdded: { text: string } } }).data.noteAdded.text,
  );

const signedIn = async () => connect((await graph.issuer.signIn('u1', 'student')).authorization);

/** Waits until the owner has opened one more subscription, and the router listens. */
async function opened(start: () => ReturnType<typeof collect>) {
  const before = graph.store.calls.replay;
  const running = start();
  await waitFor(() => graph.store.calls.replay > before);
  return running;
}

describe('operations over WebSocket', () => {
  it('answers a query', async () => {
    const { client } = connect();
    const query = collect(client, '{ echo(text: "hi") }');
    await waitFor(() => query.ended.completed);
    expect(query.results).toEqual([{ data: { echo: 'hi' } }]);
  });

  it('runs a mutation', async () => {
    const { client } = connect();
    const query = collect(client, 'mutation { rename(id: "c1", title: "T") { title } }');
    await waitFor(() => query.ended.completed);
    expect(query.results).toEqual([{ data: { rename: { title: 'T' } } }]);
  });

  it('refuses an invalid operation with all its errors', async () => {
    const { client } = connect();
    const query = collect(client, '{ nothing nowhere }');
    await waitFor(() => query.ended.error);
    expect(query.ended.error).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('refuses a subscription without an event', async () => {
    const { client } = connect();
    const query = collect(client, 'subscription { __typename }');
    await waitFor(() => query.ended.error);
    expect(query.ended.error).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('refuses wrong variables', async () => {
    const { client } = await signedIn();
    const query = collect(
      client,
      'subscription S($after: Int!) { noteAdded(after: $after) { seq } }',
      { after: 'x' },
    );
    await waitFor(() => query.ended.error);
    expect(query.ended.error).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('a replayable subscription', () => {
  it('delivers with fields of other subgraphs', async () => {
    const { client } = await signedIn();
    const running = await opened(() =>
      collect(
        client,
        'subscription { note: noteAdded { __typename text course { title noteCount } } }',
      ),
    );
    await graph.store.add('hello');
    await waitFor(() => running.results.length > 0);
    expect(running.results).toEqual([
      {
        data: {
          note: {
            __typename: 'Note',
            text: 'hello',
            course: { title: 'Course c1', noteCount: graph.store.notes.length },
          },
        },
      },
    ]);
    running.stop();
  });

  it('replays from a position over several pages, then goes live', async () => {
    const after = graph.store.notes.length;
    for (let index = 0; index < 7; index++) await graph.store.add(`old ${index}`, false);
    const { client } = await signedIn();
    const running = collect(
      client,
      'subscription S($after: Int) { noteAdded(after: $after) { text } }',
      { after },
    );
    await waitFor(() => running.results.length === 7);
    await graph.store.add('live');
    await waitFor(() => running.results.length === 8);
    expect(notes(running.results)).toEqual([
      ...Array.from({ length: 7 }, (_, index) => `old ${index}`),
      'live',
    ]);
  });

  it('fetches from the store what PubSub lost, in order and once', async () => {
    const { client } = await signedIn();
    const running = await opened(() => collect(client, 'subscription { noteAdded { text } }'));
    await graph.store.add('one');
    await graph.store.add('two, lost', false);
    await graph.store.add('three');
    await graph.redis.pubSub.publish('notes', {
      seq: graph.store.notes.length,
      payload: graph.store.notes.at(-1),
    });
    await graph.store.add('four');
    await waitFor(() => running.results.length >= 4);
    expect(notes(running.results)).toEqual(['one', 'two, lost', 'three', 'four']);
  });

  it('waits for its owner when a store is down, and skips nothing', async () => {
    const { client } = await signedIn();
    const running = await opened(() => collect(client, 'subscription { noteAdded { text } }'));
    graph.store.broken = true;
    const before = graph.store.calls.resolve;
    await graph.store.add('patient one');
    await graph.store.add('patient two');
    await waitFor(() => graph.store.calls.resolve > before + 1);
    expect(running.results).toEqual([]);
    graph.store.broken = false;
    await waitFor(() => running.results.length === 2);
    expect(notes(running.results)).toEqual(['patient one', 'patient two']);
  });

  it('is refused by its owner to anonymous viewers', async () => {
    const { client } = connect();
    const running = collect(client, 'subscription { noteAdded { text } }');
    await waitFor(() => running.ended.completed);
    expect(running.results).toMatchObject([
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  });

  it('ends at once when the client stops it', async () => {
    const { client } = await signedIn();
    const running = await opened(() => collect(client, 'subscription { noteAdded { text } }'));
    running.stop();
    await waitFor(() => running.ended.completed);
    const before = graph.store.calls.resolve;
    // A second subscription proves that messages flow after the stop.
    const other = await opened(() => collect(client, 'subscription { noteAdded { text } }'));
    await graph.store.add('after the stop');
    await waitFor(() => other.results.length === 1);
    expect(graph.store.calls.resolve).toBe(before + 1);
    expect(running.results).toEqual([]);
  });
});

describe('sockets', () => {
  it('refuses a forged token', async () => {
    const { client, closes } = connect('Bearer not.a.token');
    const running = collect(client, '{ echo(text: "x") }');
    await waitFor(() => running.ended.error);
    expect(closes[0]).toMatchObject({ code: 4401 });
  });

  it('are closed when the token expires', async () => {
    const { authorization } = await graph.issuer.signIn('u1', 'student', 1);
    const { client, closes } = connect(authorization);
    collect(client, 'subscription { ticked { number } }');
    await waitFor(() => closes.length > 0);
    expect(closes[0]).toMatchObject({ code: 4403, reason: 'The access token has expired' });
  });

  it('are closed when the session is revoked, and only these', async () => {
    const { authorization, sessionId } = await graph.issuer.signIn('u1', 'student');
    const { client, closes } = connect(authorization);
    const other = await signedIn();
    const running = await opened(() => collect(client, 'subscription { noteAdded { text } }'));
    const spared = await opened(() => collect(other.client, 'subscription { noteAdded { text } }'));
    await graph.redis.sessions.revoke(sessionId);
    await waitFor(() => closes.length > 0);
    expect(closes[0]).toMatchObject({ code: 4403, reason: 'The session has ended' });
    await graph.store.add('still here');
    await waitFor(() => spared.results.length === 1);
    expect(running.results).toEqual([]);
    expect(other.closes).toEqual([]);
  });

  it('drop a consumer that is too slow for a stream without a store', async () => {
    const socket = new WebSocket(graph.socketUrl, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await new Promise((resolve) => socket.once('message', resolve));
    const query = 'subscription { ticked { number padding } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    const first = new Promise((resolve) => socket.once('message', resolve));
    const warmUp = setInterval(() => void graph.store.tick(0), 20);
    await first;
    clearInterval(warmUp);
    // The client stops reading; the answers soon fill the sockets' buffers, then the queue.
    socket.pause();
    const padding = 'x'.repeat(500_000);
    for (let number = 1; number <= 200; number++) await graph.store.tick(number, padding);
    socket.resume();
    expect(await closed).toBe(1013);
  });
});
