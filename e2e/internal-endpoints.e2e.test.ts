import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, viewerHeader, viewerSigner } from '@pcc/platform';
import { beforeAll, describe, expect, inject, it } from 'vitest';

// What the router and operators alone may reach: each subgraph of the running platform, asked by somebody else.

const paths = [
  '/graphql',
  '/internal/subscriptions/open',
  '/internal/subscriptions/replay',
  '/internal/subscriptions/resolve',
  '/internal/dead-letters/list',
  '/internal/dead-letters/show',
  '/internal/dead-letters/replay',
  '/internal/dead-letters/discard',
  '/internal/outbox/republish',
];
const ofInsights = ['/internal/api-performance'];

/** By subgraph; the composed supergraph names them. */
const subgraphs = new Map<string, string>();
let forged: string;

beforeAll(async () => {
  const file = join(inject('platform').dataDirectory, 'supergraph.graphql');
  for (const [, name = '', url = ''] of (await readFile(file, 'utf8')).matchAll(
    /@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g,
  )) {
    subgraphs.set(name, url);
  }
  const admin = { id: newId(), role: 'admin', sessionId: newId() } as const;
  forged = await viewerSigner(['an-invented-secret-of-32-characters!']).sign(admin);
});

const statusOf = async (url: URL, headers: Record<string, string>) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ __typename }', _entities: [] }),
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return [response.status, errors[0]?.extensions.code];
};

describe('an internal endpoint', () => {
  it.each(['learning', 'commerce', 'content', 'insights'])(
    'of %s answers nobody but the router',
    async (name) => {
      const all = name === 'insights' ? [...paths, ...ofInsights] : paths;
      const refused = [401, 'UNAUTHENTICATED'];
      for (const path of all) {
        const url = new URL(path, subgraphs.get(name));
        for (const headers of [{}, { [viewerHeader]: 'nonsense' }, { [viewerHeader]: forged }]) {
          expect([path, await statusOf(url, headers)]).toEqual([path, refused]);
        }
      }
    },
  );

  it('is not reached through the router', async () => {
    for (const path of [...paths, ...ofInsights].filter((one) => one !== '/graphql')) {
      const url = new URL(path, inject('platform').url);
      expect([path, await statusOf(url, {})]).toEqual([path, [404, 'NOT_FOUND']]);
    }
  });
});
