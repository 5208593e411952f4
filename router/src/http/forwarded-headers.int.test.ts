import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routerOver } from '../test-support/router-over.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';
import { mayForward } from './forwarded-headers.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
type Headers = Readonly<Record<string, string>>;

let resources: CloseStack;
let graph: FakeGraph;
let url: string;
beforeAll(async () => {
  resources = closeStack(silentLogger);
  const definitions = {
    schools: {
      cacheControl: 'public, max-age=60',
      typeDefs: 'type Query { tenant(slow: Boolean): String }',
      resolvers: {
        Query: {
          tenant: async (
            _: unknown,
            { slow }: { slow?: boolean },
            context: { headers: Headers },
          ) => {
            if (slow === true) await pause(100);
            return context.headers['x-tenant'] ?? 'none';
          },
        },
      },
    },
  };
  graph = resources.use('graph', await startFakeGraph(definitions));
  const router = await routerOver(resources, graph.supergraphSdl, {
    corsOrigins: ['https://app.example'],
    forwardHeaders: ['x-tenant'],
  });
  url = `${router.url}/graphql`;
});
afterAll(() => resources.close());

const ask = async (headers: Headers, query = '{ tenant }') => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { tenant: string };
    errors?: { extensions: { code: string } }[];
  };
  return data?.tenant ?? errors?.[0]?.extensions.code;
};

describe('headers that may pass', () => {
  it('reach subgraphs, and no others do', async () => {
    await ask({
      'x-tenant': 'north',
      'x-other': 'secret',
      cookie: 'a=b',
      'x-pcc-viewer': 'forged',
    });
    const [headers] = graph.subgraphs['schools']?.headers.slice(-1) ?? [];
    expect(headers).toMatchObject({ 'x-tenant': 'north' });
    expect(headers).not.toHaveProperty('x-other');
    expect(headers).not.toHaveProperty('cookie');
    expect(headers?.['x-pcc-viewer']).not.toBe('forged');
  });

  it('tell kept answers apart, and queries in flight', async () => {
    const tenants = ['north', 'south', 'north', 'east', 'south'];
    for (const query of ['{ tenant }', '{ tenant(slow: true) }']) {
      const answers = await Promise.all(tenants.map((name) => ask({ 'x-tenant': name }, query)));
      expect(answers).toEqual(tenants);
      expect(await ask({}, query)).toBe('none');
    }
  });

  it('are refused when they cannot be passed on whole', async () => {
    expect(await ask({ 'x-tenant': 'x'.repeat(1_025) })).toBe('BAD_USER_INPUT');
    expect(await ask({ 'x-tenant': 'schön' })).toBe('BAD_USER_INPUT');
  });

  it('are known to browsers and caches', async () => {
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-tenant');
    const { headers } = await fetch(`${url}?query={tenant}`);
    expect(headers.get('vary')).toContain('x-tenant');
  });
});

describe('the names of headers that may pass', () => {
  it.each(['x-tenant', 'accept-language', 'cookie', 'authorization'])('can be %s', (name) => {
    expect(mayForward(name)).toBe(true);
  });
  it.each([
    'x-pcc-viewer',
    'x-request-id',
    'traceparent',
    'host',
    'content-length',
    'transfer-encoding',
    'connection',
    'bad name',
    '',
  ])('cannot be %j', (name) => {
    expect(mayForward(name)).toBe(false);
  });
});
