import { createServer } from 'node:net';
import { createMetrics, silentLogger } from '@pcc/platform';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import { resetCounter, shop } from '../test-support/shop.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';
import { createEngine, type Engine } from './engine.js';
import { subgraphClient, type SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { testScope } from '../test-support/test-scope.js';

let graph: FakeGraph;
let engine: Engine;
let client: SubgraphClient;

beforeAll(async () => {
  resetCounter();
  graph = await startFakeGraph(shop);
  client = subgraphClient({
    urlOf: (name) => graph.urls[name],
    timeoutMs: 300,
    maxResponseBytes: 100_000,
    metrics: createMetrics('test'),
    deduplication: true,
    failuresBeforeRest: 1_000,
    restMs: 1_000,
    logger: silentLogger,
  });
  engine = await createEngine({
    entityCache: undefined,
    supergraphSdl: graph.supergraphSdl,
    client,
    limits: defaultLimits,
    introspection: true,
    disclosure: { subgraphNames: true, defects: true },
    logger: silentLogger,
  });
});
afterAll(async () => {
  await engine.close();
  await client.close();
  await graph.close();
});
afterEach(() => {
  for (const subgraph of Object.values(graph.subgraphs)) subgraph.answerWith(null);
});

const run = async (query: string, variables: Record<string, unknown> = {}) => {
  const scope = testScope();
  const { data, ...rest } = await engine.execute(await engine.prepare(query), variables, scope);
  return { data: JSON.parse(data) as Record<string, unknown> | null, ...rest };
};

const broken: readonly { name: string; status: number; body: string }[] = [
  { name: 'HTML', status: 502, body: '<html>Bad gateway</html>' },
  { name: 'nothing', status: 200, body: '' },
  { name: 'a JSON list', status: 200, body: '[1,2]' },
  { name: 'JSON that is no GraphQL answer', status: 200, body: '{"hello":1}' },
  { name: 'data that is no object', status: 200, body: '{"data":7}' },
  { name: 'entities that are no list', status: 200, body: '{"data":{"_entities":{}}}' },
  { name: 'a refusal of our signature', status: 401, body: '{"errors":[{"message":"no"}]}' },
  { name: 'more than is allowed', status: 200, body: `{"data":{"x":"${'y'.repeat(200_000)}"}}` },
];

describe('a subgraph that fails', () => {
  it.each(broken)('with $name costs only its fields', async ({ status, body }) => {
    graph.subgraphs['reviews']?.answerWith({ status, body });
    const { data, errors, maxAge } = await run('{ maybe { name mine: greeting } }');
    expect(data).toEqual({
      maybe: [{ name: 'Ada', mine: null }, null, { name: 'Eve', mine: null }],
    });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['maybe', 0, 'mine'],
      ['maybe', 2, 'mine'],
    ]);
    expect(errors?.[0]?.extensions).toEqual({
      code: 'DOWNSTREAM_SERVICE_ERROR',
      serviceName: 'reviews',
    });
    expect(maxAge).toBe(0);
  });

  it('at the root nulls its own root fields', async () => {
    graph.subgraphs['products']?.answerWith({ status: 500, body: 'x' });
    const { data, errors } = await run('{ me { id } p: products { name } nested { label } }');
    expect(data).toEqual({ me: { id: '1' }, p: null, nested: null });
    expect(errors?.map(({ path }) => path)).toEqual([['p'], ['nested']]);
  });

  it('nulls the parent where its field may not be null, and the error tells which', async () => {
    graph.subgraphs['reviews']?.answerWith({ status: 500, body: 'x' });
    const { data, errors } = await run('{ products { ... on Book { name reviews { id } } } }');
    expect(data).toEqual({ products: [null, {}, null, null] });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['products', 0, 'reviews'],
      ['products', 2, 'reviews'],
    ]);
  });

  it('does not hide that what depends on it is missing', async () => {
    graph.subgraphs['products']?.answerWith({ status: 500, body: 'x' });
    const { data, errors } = await run('{ latest { id about { ... on Book { name label } } } }');
    expect(data).toEqual({
      latest: [
        { id: 'r1', about: { name: null, label: null } },
        { id: 'r2', about: { name: null, label: null } },
      ],
    });
    expect(errors).toContainEqual(
      expect.objectContaining({ path: ['latest', 0, 'about', 'name'] }),
    );
  });

  it('and its own coded error is passed on', async () => {
    graph.subgraphs['reviews']?.answerWith({
      status: 503,
      body: '{"errors":[{"message":"The store is away.","extensions":{"code":"STORE_UNAVAILABLE"}}]}',
    });
    const { errors } = await run('{ me { reviews { id } } }');
    expect(errors).toEqual([
      {
        message: 'The store is away.',
        path: ['me', 'reviews'],
        extensions: { code: 'STORE_UNAVAILABLE', serviceName: 'reviews' },
      },
    ]);
  });

  it('by not answering is given up after the timeout', async () => {
    // Accepts connections and never answers.
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const hanging = subgraphClient({
      urlOf: () => `http://127.0.0.1:${port}/graphql`,
      timeoutMs: 100,
      maxResponseBytes: 1000,
      metrics: createMetrics('test'),
      deduplication: true,
      failuresBeforeRest: 1_000,
      restMs: 1_000,
      logger: silentLogger,
    });
    await expect(
      hanging.query('reviews', '{"query":"{ a }"}', testScope(), { mayRepeat: false }),
    ).rejects.toMatchObject({ name: 'SubgraphFailure', subgraph: 'reviews' });
    await hanging.close();
    server.close();
  });
});

describe('hostile names', () => {
  it('an alias __proto__ is data like any other', async () => {
    const { data } = await run('{ __proto__: me { __proto__: name constructor: id } }');
    expect(JSON.stringify(data)).toBe('{"__proto__":{"__proto__":"Ada","constructor":"1"}}');
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  });

  it('an answer with __proto__ pollutes nothing', async () => {
    graph.subgraphs['users']?.answerWith({
      status: 200,
      body: '{"data":{"__proto__":{"polluted":1},"me":{"__proto__":{"polluted":1},"id":"1"}}}',
    });
    const { data } = await run('{ me { id } }');
    expect(data).toEqual({ me: { id: '1' } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('values that contradict the schema', () => {
  const answer = (me: unknown) =>
    graph.subgraphs['users']?.answerWith({ status: 200, body: JSON.stringify({ data: { me } }) });

  it.each([
    ['a string for an Int', { age: 'x' }, '{ me { age } }', ['me', 'age']],
    ['a large Int', { age: 3e9 }, '{ me { age } }', ['me', 'age']],
    ['a list for an object', { address: [1] }, '{ me { address { zip } } }', ['me', 'address']],
    ['an object for a list', { friends: {} }, '{ me { friends { id } } }', ['me', 'friends']],
    [
      'an unknown enum value',
      { address: { zip: '1', country: 'XX' } },
      '{ me { address { country } } }',
      ['me', 'address', 'country'],
    ],
  ])('%s becomes null with an error', async (_name, me, query, path) => {
    answer(me);
    const { errors, data } = await run(query);
    expect(errors).toEqual([
      { message: expect.any(String) as string, path, extensions: { code: 'INVALID_GRAPHQL' } },
    ]);
    expect(JSON.stringify(data)).toContain('null');
  });

  it.each([2_147_483_647, -2_147_483_648, 0])('Int %d is in range', async (age) => {
    answer({ age });
    expect((await run('{ me { age } }')).data).toEqual({ me: { age } });
  });
});

describe('fetches', () => {
  it('ask once for an entity that occurs many times', async () => {
    const reviews = graph.subgraphs['reviews'];
    const before = reviews?.requests.length ?? 0;
    const { data } = await run('{ matrix { reviews { id } } a: users { friends { greeting } } }');
    expect(data).not.toBeNull();
    for (const { variables } of reviews?.requests.slice(before) ?? []) {
      const asked = (variables['representations'] as unknown[]).map((one) => JSON.stringify(one));
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  it('do not carry the name of the client’s operation', async () => {
    const users = graph.subgraphs['users'];
    await run('query MySecretScreen { me { id } }');
    expect(users?.requests.at(-1)?.query).not.toContain('MySecretScreen');
  });
});
