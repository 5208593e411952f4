import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, silentLogger, type Closable } from '@pcc/platform';
import { redisPorts, type RedisPorts } from '@pcc/stores';
import { testDirectory, testSecrets, waitFor } from '@pcc/testkit';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RouterConfig } from '../config.js';
import { startRouter } from '../container.js';
import { openAcknowledged } from '../subscriptions/testing/raw-client.js';
import { startTokenIssuer } from '../test-support/token-issuer.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';

const graphOf = {
  one: {
    cacheControl: 'public, max-age=60',
    typeDefs: `
      type Query {
        open: String
        signedIn: String @authenticated
        scoped: String @requiresScopes(scopes: [["read"], ["role:admin"]])
        decided: String @policy(policies: [["owner"]])
      }
      type Subscription { opened: Int @authenticated changed: Change }
      type Change { open: Int scoped: Int @requiresScopes(scopes: [["read"]]) }`,
    resolvers: {
      Query: { open: () => 'o', signedIn: () => 's', scoped: () => 'r', decided: () => 'd' },
    },
  },
};
const query = '{ open signedIn scoped decided }';
const nothing = { open: 'o', signedIn: null, scoped: null, decided: null };

let directory: Awaited<ReturnType<typeof testDirectory>>;
let graph: FakeGraph;
let redis: RedisPorts;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
const opened: Closable[] = [];
let log = '';
let shared: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  directory = await testDirectory();
  graph = await startFakeGraph(graphOf);
  redis = await redisPorts({ logger: silentLogger });
  issuer = await startTokenIssuer(redis);
  shared = await start();
});
afterAll(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
  await issuer.close();
  await redis.close();
  await graph.close();
  await directory.close();
});

const file = () => join(directory.path, 'supergraph.graphql');

async function start(config: Partial<RouterConfig> = {}) {
  await writeFile(file(), graph.supergraphSdl);
  const router = await startRouter({
    config: {
      port: 0,
      viewerSecrets: testSecrets,
      jwksUrl: issuer.jwksUrl,
      supergraphFile: file(),
      supergraphPollMs: 30,
      rateLimits: false,
      ...config,
    },
    redis,
    logger: createLogger({ name: 'test', level: 'warn' }, { write: (line) => void (log += line) }),
  });
  opened.push(router);
  return {
    port: router.port,
    ask: async (authorization?: string, text = query) => {
      const response = await fetch(`http://127.0.0.1:${router.port}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify({ query: text }),
      });
      const { data, errors = [] } = (await response.json()) as {
        data?: unknown;
        errors?: { path?: string[]; extensions?: { code?: string } }[];
      };
      return {
        data,
        refused: errors.map(({ path, extensions }) => `${path?.join()} ${extensions?.code}`),
      };
    },
  };
}

/** A token of a session with further claims. */
async function token(claims: Record<string, unknown>, role: 'student' | 'admin' = 'student') {
  const { sessionId } = await issuer.signIn('u1', role);
  return `Bearer ${await issuer.sign({ sub: 'u1', sid: sessionId, role, ...claims }, 60)}`;
}

describe('a viewer', () => {
  it.each<[string, Record<string, unknown>, 'student' | 'admin', object]>([
    ['with a token', {}, 'student', { signedIn: 's' }],
    ['with a scope', { scope: 'write read' }, 'student', { signedIn: 's', scoped: 'r' }],
    ['with a list of scopes', { scope: ['read'] }, 'student', { signedIn: 's', scoped: 'r' }],
    ['with a scope that only begins so', { scope: 'read:all' }, 'student', { signedIn: 's' }],
    ['with a role', {}, 'admin', { signedIn: 's', scoped: 'r' }],
    ['with a scope that claims a role', { scope: 'role:admin' }, 'student', { signedIn: 's' }],
    ['with a policy', { policies: ['owner'] }, 'student', { signedIn: 's', decided: 'd' }],
    ['with another policy', { policies: 'other' }, 'student', { signedIn: 's' }],
    [
      'with claims of other forms',
      { scope: { read: 1 }, policies: 7 },
      'student',
      { signedIn: 's' },
    ],
  ])('%s', async (_name, claims, role, granted) => {
    const { ask } = shared;
    const { data, refused } = await ask(await token(claims, role));
    expect(data).toEqual({ ...nothing, ...granted });
    const missing = Object.keys(nothing).filter((name) => name !== 'open' && !(name in granted));
    expect(refused).toEqual(missing.map((name) => `${name} UNAUTHORIZED_FIELD_OR_TYPE`));
  });

  it("who is anonymous sees what everybody may, and her answer is nobody else's", async () => {
    const { ask } = shared;
    const reader = await token({ scope: 'read', policies: ['owner'] });
    const all = { open: 'o', signedIn: 's', scoped: 'r', decided: 'd' };
    for (let round = 0; round < 3; round++) {
      const [anonymous, signedIn] = await Promise.all([ask(), ask(reader)]);
      expect([anonymous.data, signedIn.data], `round ${round}`).toEqual([nothing, all]);
    }
    // What she may see is public, and kept for her like anybody's.
    const before = graph.subgraphs['one']?.requests.length;
    await ask(undefined, '{ open }');
    await ask(undefined, '{ open }');
    expect(graph.subgraphs['one']?.requests.length).toBe((before ?? 0) + 1);
  });

  it('of one session sees by her token what it grants, also at the same time', async () => {
    const { ask } = shared;
    const { sessionId } = await issuer.signIn('u2', 'student');
    const sign = async (scope: string) =>
      `Bearer ${await issuer.sign({ sub: 'u2', sid: sessionId, role: 'student', scope }, 60)}`;
    const [little, much] = [await sign(''), await sign('read')];
    const answers = await Promise.all([ask(little), ask(much), ask(little), ask(much)]);
    expect(answers.map(({ data }) => (data as { scoped: unknown }).scoped)).toEqual([
      null,
      'r',
      null,
      'r',
    ]);
  });

  it('meets the policies that the one who runs the router decides', async () => {
    const { ask } = await start({ policies: ({ id }) => (id === 'u1' ? ['owner'] : []) });
    expect((await ask(await token({}))).data).toMatchObject({ decided: 'd' });
    expect((await ask()).data).toMatchObject({ decided: null });
  });
});

it('a subscription that the viewer may not have is refused before anything is opened', async () => {
  const { port } = shared;
  const before = graph.subgraphs['one']?.requests.length;
  const client = createClient({ url: `ws://127.0.0.1:${port}/graphql`, webSocketImpl: WebSocket });
  const outcome = await new Promise<unknown>((resolve) => {
    client.subscribe(
      { query: 'subscription { opened }' },
      { next: resolve, error: resolve, complete: () => resolve('complete') },
    );
  });
  await client.dispose();
  expect(outcome).toMatchObject([
    { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' }, path: ['opened'] },
  ]);
  expect(graph.subgraphs['one']?.requests.length).toBe(before);
});

it('subscriptions of one session are shared by tokens of the same rights only', async () => {
  const subgraph = graph.subgraphs['one'];
  // The same answer for opening and for each event: more than either was asked for.
  const answer = { topics: ['changes'], data: { changed: { open: 1, scoped: 2 } } };
  subgraph?.answerWith({ status: 200, body: JSON.stringify(answer) });
  const { sessionId } = await issuer.signIn('u3', 'student');
  const open = async (scope: string) => {
    const claims = { sub: 'u3', sid: sessionId, role: 'student', scope };
    const authorization = `Bearer ${await issuer.sign(claims, 60)}`;
    const client = await openAcknowledged(`ws://127.0.0.1:${shared.port}/graphql`, authorization);
    client.subscribe('1', 'subscription { changed { open scoped } }');
    return client;
  };
  const clients = await Promise.all(['', 'read', '', 'read'].map(open));
  try {
    const heard = () => clients.map(({ messages }) => messages.find(({ type }) => type === 'next'));
    await waitFor(async () => {
      await redis.pubSub.publish('changes', { payload: {} });
      return heard().every((message) => message !== undefined);
    });
    const without = {
      data: { changed: { open: 1, scoped: null } },
      errors: [{ path: ['changed', 'scoped'] }],
    };
    const payloads = heard().map((message) => message?.['payload']);
    const all = { data: { changed: { open: 1, scoped: 2 } } };
    expect(payloads).toMatchObject([without, all, without, all]);
  } finally {
    for (const client of clients) client.end();
    subgraph?.answerWith(null);
  }
});

it('a socket whose new token grants more or less is closed, with the same it lives on', async () => {
  const { sessionId } = await issuer.signIn('u4', 'student');
  const sign = (scope: string) =>
    issuer.sign({ sub: 'u4', sid: sessionId, role: 'student', scope }, 60);
  for (const [scope, isKept] of [
    ['read', true],
    ['', false],
    ['read write', false],
  ] as const) {
    const authorization = `Bearer ${await sign('read')}`;
    const client = await openAcknowledged(`ws://127.0.0.1:${shared.port}/graphql`, authorization);
    client.send({ type: 'ping', payload: { authorization: `Bearer ${await sign(scope)}` } });
    const outcome = await waitFor(
      () => client.closed?.code ?? client.messages.find(({ type }) => type === 'pong')?.['type'],
    );
    client.end();
    expect(outcome, scope).toBe(isKept ? 'pong' : 4403);
  }
});

it.each([
  ['https://specs.example.org/vault/v1.0', 'SECURITY'],
  ['https://specs.apollo.dev/connect/v0.1', 'EXECUTION'],
])('a supergraph that needs %s never replaces the one before', async (url, purpose) => {
  log = '';
  await writeFile(
    file(),
    graph.supergraphSdl
      .replace('schema\n', `schema\n  @link(url: "${url}", for: ${purpose})\n`)
      .replaceAll('open:', 'other:'),
  );
  // Of a file that is half written another reason may come first.
  await waitFor(() => log.includes(`feature ${url} is for: ${purpose} but is unsupported`));
  expect(await shared.ask(undefined, '{ open }')).toEqual({ data: { open: 'o' }, refused: [] });
});
