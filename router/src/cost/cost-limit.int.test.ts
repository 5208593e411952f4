import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { routerOver } from '../test-support/router-over.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';

const library = {
  typeDefs: `
    type Query {
      books(first: Int = 10, title: String, filter: Filter): BookConnection!
        @listSize(slicingArguments: ["first"], sizedFields: ["nodes"])
    }
    type BookConnection { nodes: [Book!]! }
    type Book { id: ID! alike(first: Int!): [Book!]! @listSize(slicingArguments: ["first"]) }
    input Filter { any: [Filter!] }`,
  resolvers: { Query: { books: () => ({ nodes: [] }) } },
};

let resources: CloseStack;
let graph: FakeGraph;
const urls: Record<string, string> = {};

beforeAll(async () => {
  resources = closeStack(silentLogger);
  graph = resources.use('graph', await startFakeGraph({ library }));
  const plain = graph.supergraphSdl.replaceAll(/ @listSize\(slicingArguments: [^)]*\)/g, '');
  for (const [name, sdl] of Object.entries({ counted: graph.supergraphSdl, plain })) {
    const { url } = await routerOver(resources, sdl, { limits: { maxCost: 100 } });
    urls[name] = `${url}/graphql`;
  }
});
afterAll(() => resources.close());

const query = `query Q($first: Int, $alike: Int! = 1, $more: Boolean! = false, $title: String, $filter: Filter) {
  books(first: $first, title: $title, filter: $filter) {
    nodes { id alike(first: $alike) @include(if: $more) { id } }
  }
}`;
const ask = async (variables: object, url = urls['counted'] ?? '') => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as {
    errors?: { message: string; extensions: { code: string } }[];
  };
  return { status: response.status, code: errors?.[0]?.extensions.code, errors };
};
const fine = { status: 200, code: undefined };
const refused = { status: 400, code: 'OPERATION_TOO_EXPENSIVE' };

describe('the limit of costs', () => {
  // The query, `books`, its connection and `nodes` cost 4; each book 1.
  it.each([
    ['what is not said counts as its default', {}, fine],
    ['a list as long as is allowed', { first: 96 }, fine],
    ['one that is longer', { first: 97 }, refused],
    ['the same once more, from memory', { first: 97 }, refused],
    ['with a text, which costs nothing', { first: 96, title: 'x'.repeat(1_000) }, fine],
    ['with an input object, of which each field costs', { first: 96, filter: {} }, refused],
    ['a list in each of a list', { first: 10, alike: 6, more: true }, fine],
    ['a longer list in each of a list', { first: 10, alike: 9, more: true }, refused],
    ['the same, left out', { first: 10, alike: 9, more: false }, fine],
  ])('%s', async (_name, variables, expected) => {
    const before = graph.subgraphs['library']?.requests.length ?? 0;
    expect(await ask(variables)).toMatchObject(expected);
    const asked = (graph.subgraphs['library']?.requests.length ?? 0) - before;
    if (expected === refused) expect(asked).toBe(0);
  });

  it('says what it may cost and what is allowed', async () => {
    const { errors } = await ask({ first: 1_000 });
    expect(errors?.[0]?.message).toMatch(/may cost 1004; 100 is allowed/);
  });

  it('holds over WebSockets too', async () => {
    const client = createClient({
      url: (urls['counted'] ?? '').replace('http', 'ws'),
      webSocketImpl: WebSocket,
    });
    const outcome = await new Promise((resolve) => {
      client.subscribe(
        { query, variables: { first: 97 } },
        { next: resolve, error: resolve, complete: () => resolve('complete') },
      );
    });
    expect(outcome).toMatchObject([{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }]);
    await client.dispose();
  });

  it('does not guess where the supergraph says nothing of costs', async () => {
    expect(await ask({ first: 1_000 }, urls['plain'])).toMatchObject(fine);
  });
});
