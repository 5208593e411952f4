import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { testDirectory, waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { composeSupergraph } from '../supergraph/compose.js';
import { sendExactly } from '../test-support/exact-request.js';
import { startTokenIssuer } from '../test-support/token-issuer.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';
import { clientAttacks } from './client-attacks.js';
import { startRouterProcess, type RouterProcess } from './router-process.js';
import { startHostileSubgraph, subgraphAttacks, type HostileSubgraph } from './subgraph-attacks.js';

const own = `
  scalar Json
  type Query { me: Person echo(text: String, json: Json): String }
  type Mutation { guess(password: String!): Boolean }
  type Person { id: ID! friend: Person }`;
const hostile = 'scalar Json type Query { hostile: String free: Json }';

let resources: CloseStack;
let graph: FakeGraph;
let subgraph: HostileSubgraph;
let router: RouterProcess;
let tokens: Awaited<ReturnType<typeof startTokenIssuer>>;
let heapAtFirst = 0;

const ask = async (query: string, authorization?: string) => {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** The router is there, and does its work. */
const works = async () => {
  const { body } = await ask('{ me { id } }');
  expect(body).toEqual({ data: { me: { id: 'ada' } } });
  expect(router.isAlive()).toBe(true);
};

beforeAll(async () => {
  resources = closeStack(silentLogger);
  const person = { id: 'ada', friend: () => person };
  const resolvers = { Query: { me: () => person, echo: () => 'heard' } };
  graph = resources.use('graph', await startFakeGraph({ own: { typeDefs: own, resolvers } }));
  subgraph = resources.use('hostile subgraph', await startHostileSubgraph());
  const composition = composeSupergraph([
    { name: 'own', url: graph.urls['own'] ?? '', sdl: own },
    { name: 'hostile', url: subgraph.url, sdl: hostile },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  const directory = resources.use('directory', await testDirectory());
  const file = join(directory.path, 'supergraph.graphql');
  await writeFile(file, composition.supergraphSdl);
  const redis = resources.use('redis', await redisPorts({ logger: silentLogger }));
  tokens = resources.use('tokens', await startTokenIssuer(redis));
  const env = { JWKS_URL: tokens.jwksUrl, SUBGRAPH_TIMEOUT_MS: '1000' };
  router = resources.use('router', await startRouterProcess(file, env));
  await works();
  heapAtFirst = await router.heapMb();
});
afterAll(() => resources.close());

describe('a client that sends', () => {
  it.each(Object.entries(clientAttacks).map(([name, attack]) => ({ name, ...attack })))(
    '$name gets $status',
    async ({ name: _name, status, code, ...sent }) => {
      const answer = await sendExactly(router.url, sent);
      expect(answer.status, answer.text.slice(0, 300)).toBe(status);
      const isJson = answer.headers['content-type']?.includes('json') === true;
      const body = (isJson ? JSON.parse(answer.text) : {}) as {
        errors?: { extensions: { code: string } }[];
      };
      expect(body.errors?.[0]?.extensions.code).toBe(code);
      expect(body.errors?.length ?? 0).toBeLessThanOrEqual(21);
      await works();
    },
  );

  it('an expired token, one of another issuer, and one whose session has ended gets 401', async () => {
    const claims = { sub: 'ada', sid: 'none', role: 'admin' };
    for (const token of [
      await tokens.sign(claims, -60),
      await tokens.sign(claims, 900, 'somebody'),
      await tokens.sign(claims, 900),
    ]) {
      expect((await ask('{ me { id } }', `Bearer ${token}`)).status).toBe(401);
    }
  });

  it('nothing of it reached a subgraph under a name of the client’s choice', () => {
    for (const { 'x-pcc-viewer': viewer } of graph.subgraphs['own']?.headers ?? []) {
      const [payload = ''] = String(viewer ?? '').split('.');
      expect(Buffer.from(payload, 'base64url').toString()).not.toContain('"ada"');
    }
  });
});

describe('a client on the line', () => {
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(router.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const answerTo = async (text: string) => {
    const socket = await open();
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(text);
    await once(socket, 'close');
    return answer;
  };
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  it.each([
    [
      'a length and chunks',
      `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `${head}content-length: 4\r\ncontent-length: 5\r\n\r\n{}{}`],
    ['a length that is none', `${head}content-length: 0x10\r\n\r\n{}`],
    ['a line break in a header', `${head}x-a: b\u0000c\r\n\r\n`],
    ['no HTTP at all', 'hello\r\n\r\n'],
  ])('that says %s is cut off with 400', async (_name, text) => {
    expect(await answerTo(text)).toMatch(/^HTTP\/1\.1 400 /);
    await works();
  });

  it('that opens 300 connections and says half a sentence on each holds up nobody', async () => {
    const sockets = await Promise.all(Array.from({ length: 300 }, open));
    for (const [index, socket] of sockets.entries()) {
      socket.write(index % 2 === 0 ? 'POST /gra' : `${head}content-length: 1000\r\n\r\n{"query":"`);
    }
    await works();
    for (const socket of sockets) socket.resetAndDestroy();
    await works();
  });

  it('that asks and goes away, 300 times, leaves nothing behind', async () => {
    subgraph.behave(() => undefined);
    const body = '{"query":"{ hostile }"}';
    for (let round = 0; round < 3; round++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, open));
      for (const socket of sockets) {
        socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`, () =>
          socket.resetAndDestroy(),
        );
      }
    }
    await works();
  });

  const socketAttacks: readonly [string, (socket: WebSocket) => void, number][] = [
    ['what is no JSON', (socket) => socket.send('hello'), 4400],
    ['bytes', (socket) => socket.send(Buffer.alloc(100)), 4400],
    ['a list', (socket) => socket.send('[]'), 4400],
    [
      'a subscription before it has said who it is',
      (socket) => socket.send('{"id":"1","type":"subscribe","payload":{"query":"{ me { id } }"}}'),
      4401,
    ],
    [
      'two introductions',
      (socket) => {
        for (let count = 0; count < 2; count++) socket.send('{"type":"connection_init"}');
      },
      4429,
    ],
    ['a message of 8 MB', (socket) => socket.send('x'.repeat(8_000_000)), 1009],
  ];
  it.each(socketAttacks)(
    'that sends %s over a WebSocket is closed',
    async (_name, attack, code) => {
      const socket = new WebSocket(
        `${router.url.replace('http', 'ws')}/graphql`,
        'graphql-transport-ws',
      );
      socket.on('error', () => undefined);
      await once(socket, 'open');
      attack(socket);
      const [closedWith] = (await once(socket, 'close')) as [number];
      expect(closedWith).toBe(code);
      await works();
    },
  );
});

describe('a subgraph that', () => {
  it.each(Object.entries(subgraphAttacks))('%s costs its own field', async (_name, attack) => {
    subgraph.behave(attack);
    const { status, body } = await ask('{ me { id } hostile }');
    expect(status).toBe(200);
    expect(body['data']).toEqual({ me: { id: 'ada' }, hostile: null });
    const errors = body['errors'] as { path?: unknown[]; message: string }[];
    expect(errors[0]?.path).toEqual(['hostile']);
    expect(JSON.stringify(errors).length).toBeLessThan(100_000);
    await works();
  });
});

it('a free value that a subgraph nests 100,000 times costs its own field', async () => {
  const deep = `{"data":{"free":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
  subgraph.behave((socket) =>
    socket.end(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${deep.length}\r\n\r\n${deep}`,
    ),
  );
  const { body } = await ask('{ me { id } free }');
  expect(body['data']).toEqual({ me: { id: 'ada' }, free: null });
  await works();
});

it('afterwards memory is what it was', async () => {
  await waitFor(async () => (await router.heapMb()) < heapAtFirst + 20);
});
