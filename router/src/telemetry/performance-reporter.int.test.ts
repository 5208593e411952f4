import { closeStack, silentLogger, viewerVerifier } from '@pcc/platform';
import { testSecrets } from '@pcc/testkit';
import { afterEach, expect, it } from 'vitest';
import { routerOver } from '../test-support/router-over.js';
import { startFakeGraph } from '../test-support/subgraphs.js';

let resources = closeStack(silentLogger);
afterEach(async () => {
  await resources.close();
  resources = closeStack(silentLogger);
});

/** A router before a subgraph of this name. */
async function start(name: string) {
  const graph = resources.use(
    'graph',
    await startFakeGraph({
      [name]: { typeDefs: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } },
    }),
  );
  const router = await routerOver(resources, graph.supergraphSdl, { performanceSampleRate: 1 });
  const subgraph = graph.subgraphs[name];
  if (subgraph === undefined) throw new Error('no subgraph');
  const ask = () =>
    fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Asked { a }' }),
    });
  return { router, subgraph, ask };
}

it('sends the last samples when the router stops, signed', async () => {
  const { router, subgraph, ask } = await start('insights');
  for (let count = 0; count < 3; count++) await (await ask()).text();
  subgraph.answerWith({ status: 200, body: '{"accepted":3}' });
  await router.close();
  const sent = subgraph.requests.at(-1) as unknown as {
    readonly sampleRate: number;
    readonly samples: readonly Record<string, unknown>[];
  };
  expect(sent.sampleRate).toBe(1);
  expect(sent.samples).toHaveLength(3);
  expect(sent.samples[0]).toMatchObject({
    operationName: 'Asked',
    kind: 'query',
    transport: 'http',
    fetches: 1,
    responseBytes: 16,
    errorCode: null,
    cache: 'miss',
  });
  const viewer = await viewerVerifier(testSecrets).verify(
    String(subgraph.headers.at(-1)?.['x-pcc-viewer']),
  );
  expect(viewer.isSignedIn).toBe(false);
});

it('sends nothing to a graph in which nobody takes it', async () => {
  const { router, subgraph, ask } = await start('other');
  await (await ask()).text();
  await router.close();
  expect(subgraph.requests).toHaveLength(1);
});
