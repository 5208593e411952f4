import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, silentLogger, type Closable } from '@pcc/platform';
import { redisPorts, type RedisPorts } from '@pcc/stores';
import { testDirectory, testSecrets, waitFor } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RouterConfig } from '../config.js';
import { startRouter } from '../container.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';
import { composeSupergraph } from './compose.js';

const typeDefs = 'type Query { hello: String } type Thing @key(fields: "id") { id: ID! }';
const resolvers = { Query: { hello: () => 'world' } };

let directory: Awaited<ReturnType<typeof testDirectory>>;
let graph: FakeGraph;
let redis: RedisPorts;
const opened: Closable[] = [];
let log = '';

beforeEach(async () => {
  log = '';
  directory = await testDirectory();
  graph = await startFakeGraph({ one: { typeDefs, resolvers } });
  redis = await redisPorts({ logger: silentLogger });
});
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
  await redis.close();
  await graph.close();
  await directory.close();
});

async function start(config: Partial<RouterConfig>) {
  const router = await startRouter({
    config: {
      port: 0,
      viewerSecrets: testSecrets,
      jwksUrl: 'http://127.0.0.1:9/jwks',
      rateLimits: false,
      supergraphPollMs: 30,
      startTimeoutMs: 300,
      ...config,
    },
    redis,
    logger: createLogger({ name: 'test', level: 'warn' }, { write: (line) => void (log += line) }),
  });
  opened.push(router);
  return async (query: string) => {
    const response = await fetch(`http://127.0.0.1:${router.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data?: Record<string, unknown>; errors?: unknown[] };
  };
}

const supergraphWith = (field: string): string => {
  const composition = composeSupergraph([
    {
      name: 'one',
      url: graph.urls['one'] ?? '',
      sdl: `type Query { hello: String ${field}: String }`,
    },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join());
  return composition.supergraphSdl;
};

describe('a supergraph file', () => {
  it('is loaded, and reloaded when it changes', async () => {
    const file = join(directory.path, 'supergraph.graphql');
    await writeFile(file, graph.supergraphSdl);
    const ask = await start({ supergraphFile: file });
    expect(await ask('{ hello }')).toEqual({ data: { hello: 'world' } });
    expect((await ask('{ later }')).errors).toHaveLength(1);
    await writeFile(file, supergraphWith('later'));
    await waitFor(async () => (await ask('{ later }')).data);
  });

  it.each([
    ['nonsense', () => 'type Query {'],
    ['a schema that is no supergraph', () => 'type Query { a: Int }'],
    ['nothing', () => ''],
  ])('never gives way to %s', async (_name, bad) => {
    const file = join(directory.path, 'supergraph.graphql');
    await writeFile(file, graph.supergraphSdl);
    const ask = await start({ supergraphFile: file });
    await writeFile(file, bad());
    await waitFor(() => log.includes('the last good one stays'));
    expect(await ask('{ hello }')).toEqual({ data: { hello: 'world' } });
    await writeFile(file, supergraphWith('healed'));
    await waitFor(async () => (await ask('{ healed __typename }')).data);
  });

  it('lets the router start while a subgraph is dead; URLs can be overridden', async () => {
    const file = join(directory.path, 'supergraph.graphql');
    await writeFile(file, graph.supergraphSdl);
    const ask = await start({
      supergraphFile: file,
      subgraphs: { one: 'http://127.0.0.1:9/graphql' },
    });
    expect(await ask('{ __typename hello }')).toMatchObject({
      data: { __typename: 'Query', hello: null },
      errors: [{ path: ['hello'], extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } }],
    });
  });

  it('that is missing is an error at the start', async () => {
    await expect(start({ supergraphFile: join(directory.path, 'none') })).rejects.toThrow('ENOENT');
  });

  it('that is nonsense is an error at the start', async () => {
    const file = join(directory.path, 'supergraph.graphql');
    await writeFile(file, 'type Query {');
    await expect(start({ supergraphFile: file })).rejects.toThrow();
  });
});

describe('a composed supergraph', () => {
  it('needs every subgraph at the first start, and says which is missing', async () => {
    const subgraphs = { ...graph.urls, two: 'http://127.0.0.1:9/graphql' };
    await expect(start({ subgraphs })).rejects.toThrow('subgraph "two"');
  });

  it('is kept for a start while a subgraph is down', async () => {
    const file = join(directory.path, 'last-good.graphql');
    const config = { subgraphs: graph.urls, lastGoodSupergraphFile: file };
    const ask = await start(config);
    expect(await ask('{ hello }')).toEqual({ data: { hello: 'world' } });
    expect(await readFile(file, 'utf8')).toContain('join__Graph');
    await graph.close();
    const again = await start(config);
    expect(await again('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('composeSupergraph', () => {
  it('names the subgraph and the reason', () => {
    const result = composeSupergraph([
      { name: 'a', url: 'http://a', sdl: 'type Query { x: Int }' },
      { name: 'b', url: 'http://b', sdl: 'type Query { x: String }' },
    ]);
    expect(result).toMatchObject({ errors: [expect.stringContaining('Query.x') as string] });
    const unparsable = composeSupergraph([{ name: 'a', url: 'http://a', sdl: 'type {' }]);
    expect(unparsable).toMatchObject({ errors: [expect.stringContaining('[a]') as string] });
  });
});
