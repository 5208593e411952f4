import { waitFor } from '@pcc/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';
import { openAcknowledged, type RawClient } from './testing/raw-client.js';

let graph: PlatformGraph;
const clients: RawClient[] = [];

beforeAll(async () => {
  graph = await startPlatformGraph({ forwardHeaders: ['accept-language'] });
});
afterAll(() => graph.close());
afterEach(() => {
  for (const client of clients.splice(0)) client.end();
  graph.store.broken = false;
});

const noteAdded = 'subscription ($after: Int) { noteAdded(after: $after) { seq text } }';
const position = () => graph.store.notes.length;

/** Opens so many sockets of one session, each with the subscription, and waits until all are listening. */
async function subscribers(authorization: string | undefined, count: number, query = noteAdded) {
  const opened = await Promise.all(
    Array.from({ length: count }, () => openAcknowledged(graph.socketUrl, authorization)),
  );
  clients.push(...opened);
  const variables = query === noteAdded ? { after: position() } : undefined;
  for (const client of opened) client.subscribe('1', query, variables);
  return opened;
}

const seqsOf = ({ messages }: RawClient): number[] =>
  messages
    .filter(({ type }) => type === 'next')
    .map(({ payload }) => (payload as { data: { noteAdded: { seq: number } } }).data.noteAdded.seq);

const from = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index);

describe('identical subscriptions', () => {
  it('of one viewer scope are executed once, and all hear every event in order', async () => {
    const { authorization } = await graph.issuer.signIn('u1', 'student');
    const first = position() + 1;
    const before = { ...graph.store.calls };
    const opened = await subscribers(authorization, 10);
    await waitFor(() => graph.store.calls.replay > before.replay);
    await graph.store.add('settled');
    await waitFor(() => opened.every((client) => seqsOf(client).length === 1));
    const resolved = graph.store.calls.resolve;
    for (let index = 0; index < 20; index++) await graph.store.add(`shared ${index}`);
    await waitFor(() => opened.every((client) => seqsOf(client).length === 21));
    expect(graph.store.calls.resolve - resolved).toBe(20);
    for (const client of opened) expect(seqsOf(client)).toEqual(from(first, 21));
  });

  it('that differ in their position alone are executed once, wherever they began', async () => {
    const { authorization } = await graph.issuer.signIn('u1', 'student');
    for (let index = 0; index < 8; index++) await graph.store.add(`old ${index}`, false);
    const opened = await Promise.all(
      from(0, 4).map(async (missed) => {
        const client = await openAcknowledged(graph.socketUrl, authorization);
        clients.push(client);
        client.subscribe('1', noteAdded, { after: position() - missed });
        return { client, missed };
      }),
    );
    await graph.store.add('settled');
    await waitFor(() => opened.every(({ client, missed }) => seqsOf(client).length === missed + 1));
    const resolved = graph.store.calls.resolve;
    for (let index = 0; index < 10; index++) await graph.store.add(`shared ${index}`);
    await waitFor(() =>
      opened.every(({ client, missed }) => seqsOf(client).length === missed + 11),
    );
    expect(graph.store.calls.resolve - resolved).toBe(10);
    for (const { client, missed } of opened) {
      expect(seqsOf(client)).toEqual(from(position() - 10 - missed, missed + 11));
    }
  });

  it('of other viewers, sessions, variables or selections are not', async () => {
    const one = await graph.issuer.signIn('u1', 'student');
    const otherSession = await graph.issuer.signIn('u1', 'student');
    const otherViewer = await graph.issuer.signIn('u2', 'student');
    const opened = (
      await Promise.all([
        subscribers(one.authorization, 1),
        subscribers(otherSession.authorization, 1),
        subscribers(otherViewer.authorization, 1),
        subscribers(one.authorization, 1, 'subscription { noteAdded { text seq } }'),
      ])
    ).flat();
    const [withVariables] = await subscribers(one.authorization, 1);
    withVariables?.subscribe('2', noteAdded, { after: position(), unused: 1 });
    // Until it is heard by all, once each, and by the two of the last socket.
    await waitFor(async () => {
      await graph.store.add('are you there');
      return (
        opened.every((client) => seqsOf(client).length > 0) &&
        withVariables?.messages.some(({ id, type }) => id === '2' && type === 'next')
      );
    });
    const last = position();
    await waitFor(() => opened.every((client) => seqsOf(client).at(-1) === last));
    const resolved = graph.store.calls.resolve;
    await graph.store.add('apart');
    await waitFor(() => opened.every((client) => seqsOf(client).at(-1) === last + 1));
    expect(graph.store.calls.resolve - resolved).toBeGreaterThanOrEqual(4);
  });

  it('replay together after an interruption, and wait together for a store', async () => {
    const { authorization } = await graph.issuer.signIn('u1', 'student');
    const first = position() + 1;
    const opened = await subscribers(authorization, 5);
    graph.store.broken = true;
    await graph.store.add('waits');
    const refused = graph.store.calls.resolve;
    await waitFor(() => graph.store.calls.resolve > refused);
    graph.store.broken = false;
    await waitFor(() => opened.every((client) => seqsOf(client).length === 1));
    for (let index = 0; index < 5; index++) await graph.store.add('unheard', false);
    const before = { ...graph.store.calls };
    await graph.store.add('a jump');
    await waitFor(() => opened.every((client) => seqsOf(client).length === 7));
    for (const client of opened) expect(seqsOf(client)).toEqual(from(first, 7));
    // Six events; some may be made anew for one that asked later than the others.
    expect(graph.store.calls.resolve - before.resolve).toBeLessThan(12);
    expect(graph.store.calls.replay - before.replay).toBeLessThan(10);
  });

  it('go on for the others when one ends', async () => {
    const { authorization } = await graph.issuer.signIn('u1', 'student');
    const [one, two] = await subscribers(authorization, 2);
    await waitFor(async () => {
      await graph.store.add('hello');
      return [one, two].every((client) => client !== undefined && seqsOf(client).length > 0);
    });
    one?.end();
    await graph.store.add('alone');
    await waitFor(() => two !== undefined && seqsOf(two).at(-1) === position());
  });
});

describe('sharing counts', () => {
  it('what is open, on /metrics', async () => {
    const { authorization } = await graph.issuer.signIn('u9', 'student');
    await subscribers(authorization, 3);
    const counts = async () => {
      const text = await (await fetch(`${graph.url}/metrics`)).text();
      return ['open_sockets', 'open_subscriptions', 'shared_streams'].map((what) =>
        Number(new RegExp(`^router_${what}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]),
      );
    };
    await waitFor(async () => (await counts()).join() === '3,3,1');
  });
});
