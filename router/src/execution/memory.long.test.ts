import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLogger } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { neverKept } from '../cache/cache-policy.js';
import { defaultLimits } from '../config.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { composeSupergraph } from '../supergraph/compose.js';
import { createEngine, type Engine } from './engine.js';
import { testScope } from '../test-support/test-scope.js';

/**
 * Whoever sends an operation text of its own with every request (literals instead of variables) must not fill the
 * router's memory: 100,000 of them, and what the process holds once its caches are full.
 */
const operations = 100_000;
const cachesAreFull = 20_000;
/** Sent at once. */
const together = 50;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const typeDefs = {
  users: `type Query { user(id: ID!): User } type User @key(fields: "id") { id: ID! name: String }`,
  reviews: `type User @key(fields: "id") { id: ID! reviews: [Review] } type Review { body: String }`,
};
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;

/** Subgraphs without a network: what they cost is no part of this. */
const client: SubgraphClient = {
  query: async (subgraph) => ({
    data:
      subgraph === 'users'
        ? { a: { __typename: 'User', id: '1', name: 'Ada' } }
        : { _entities: [{ reviews: [{ body: 'good' }] }] },
    errors: [],
    policy: neverKept,
  }),
  call: async () => ({}),
  ping: async () => undefined,
  close: async () => undefined,
};

let engine: Engine;
beforeAll(async () => {
  const composition = composeSupergraph(
    Object.entries(typeDefs).map(([name, sdl]) => ({ name, url: 'http://x/', sdl: link + sdl })),
  );
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  engine = await createEngine({
    entityCache: undefined,
    supergraphSdl: composition.supergraphSdl,
    client,
    limits: defaultLimits,
    introspection: true,
    disclosure: { subgraphNames: true, defects: true },
    logger: silentLogger,
  });
});
afterAll(() => engine.close());

async function run(index: number): Promise<void> {
  const prepared = await engine.prepare(
    `query Q${index} { a: user(id: "${index}") { name n${index}: name reviews { body } } }`,
  );
  const scope = testScope();
  const { data } = await engine.execute(prepared, {}, scope);
  expect(data).toContain('"reviews":[{"body":"good"}]');
}

/** The main thread's heap after a collection, and the whole process with the planner's thread, in MB. */
function memory(): { heapMb: number; rssMb: number } {
  collectGarbage();
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMb: heapUsed / 1e6, rssMb: rss / 1e6 };
}

it('is bounded after 100,000 distinct operations', async () => {
  let full: ReturnType<typeof memory> | undefined;
  for (let sent = 0; sent < operations; sent += together) {
    await Promise.all(Array.from({ length: together }, (_, index) => run(sent + index)));
    const count = sent + together;
    if (count % cachesAreFull > 0) continue;
    const now = memory();
    full ??= now;
    process.stdout.write(`${JSON.stringify({ count, ...now })}\n`);
  }
  const end = memory();
  if (full === undefined) throw new Error('nothing was measured');
  expect(end.heapMb).toBeLessThan(full.heapMb * 1.3);
  expect(end.rssMb).toBeLessThan(full.rssMb * 1.5);
});
