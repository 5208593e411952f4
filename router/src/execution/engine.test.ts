import { silentLogger } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { composeSupergraph } from '../supergraph/compose.js';
import { createEngine, type Engine } from './engine.js';

const noSubgraphs: SubgraphClient = {
  query: () => Promise.reject(new Error('nobody is asked')),
  call: () => Promise.reject(new Error('nobody is asked')),
  ping: async () => undefined,
  close: async () => undefined,
};

let engine: Engine;
beforeAll(async () => {
  const composition = composeSupergraph([
    { name: 'one', url: 'http://one/', sdl: 'type Query { hello: String }' },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  engine = await createEngine({
    entityCache: undefined,
    supergraphSdl: composition.supergraphSdl,
    client: noSubgraphs,
    limits: defaultLimits,
    introspection: true,
    disclosure: { subgraphNames: true, defects: true },
    logger: silentLogger,
  });
});
afterAll(() => engine.close());

it('prepares a text once for all who want it at the same time', async () => {
  const [one, other] = await Promise.all([
    engine.prepare('{ hello }'),
    engine.prepare('{ hello }'),
  ]);
  expect(one).toBe(other);
});

it('has a known operation at once, without a promise', async () => {
  const prepared = await engine.prepare('query Known { hello }');
  expect(engine.prepare('query Known { hello }')).toBe(prepared);
});

it('knows the operations of one text apart', async () => {
  const text = 'query A { hello } query B { b: hello }';
  const [a, b] = [await engine.prepare(text, 'A'), await engine.prepare(text, 'B')];
  expect([a.operation.name?.value, b.operation.name?.value]).toEqual(['A', 'B']);
});

it('remembers no refusal: the next one may be right', async () => {
  const wrong = { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
  for (const round of [1, 2]) {
    await expect(engine.prepare('{ nothing }'), `round ${round}`).rejects.toMatchObject(wrong);
  }
});
