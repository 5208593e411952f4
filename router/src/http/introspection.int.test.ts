import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routerOver } from '../test-support/router-over.js';
import { startFakeGraph } from '../test-support/subgraphs.js';

const library = {
  typeDefs: `
    type Query { books(genre: Genre, filter: Filter): [Book!]! }
    type Book { title: String! }
    input Filter { author: String }
    enum Genre { POETRY PROSE }`,
  resolvers: { Query: { books: () => [{ title: 'Dubliners' }] } },
};

let resources: CloseStack;
const urls = { open: '', closed: '' };
beforeAll(async () => {
  resources = closeStack(silentLogger);
  const graph = resources.use('graph', await startFakeGraph({ library }));
  for (const name of ['open', 'closed'] as const) {
    const { url } = await routerOver(resources, graph.supergraphSdl, {
      introspection: name === 'open',
    });
    urls[name] = `${url}/graphql`;
  }
});
afterAll(() => resources.close());

const ask = async (name: keyof typeof urls, query: string, variables: object = {}) => {
  const response = await fetch(urls[name], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
};

describe('a router that does not show its schema', () => {
  it.each(['{ __schema { types { name } } }', '{ __type(name: "Book") { name } }'])(
    'refuses %s',
    async (query) => {
      expect((await ask('open', query)).errors).toBeUndefined();
      const { errors } = await ask('closed', query);
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    },
  );

  it('still tells the types of what it answers', async () => {
    const { data } = await ask('closed', '{ __typename books { __typename title } }');
    expect(data).toEqual({
      __typename: 'Query',
      books: [{ __typename: 'Book', title: 'Dubliners' }],
    });
  });

  it.each<[string, string, object]>([
    ['a field', '{ books { tilte } }', {}],
    ['an argument', '{ books(gnere: PROSE) { title } }', {}],
    ['a type', 'query ($genre: Gnere) { books(genre: $genre) { title } }', {}],
    ['a value', '{ books(genre: PROES) { title } }', {}],
    ['an input field', '{ books(filter: { auhtor: "J" }) { title } }', {}],
    ['a variable', 'query ($g: Genre) { books(genre: $g) { title } }', { g: 'PROES' }],
    ['its field', 'query ($f: Filter) { books(filter: $f) { title } }', { f: { auhtor: 'J' } }],
  ])('does not guess what was meant by the name of %s', async (_name, query, variables) => {
    const guess = /did you mean/i;
    const open = await ask('open', query, variables);
    expect(open.errors?.some(({ message }) => guess.test(message))).toBe(true);
    const { errors = [] } = await ask('closed', query, variables);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(
      open.errors?.map(({ extensions }) => extensions.code),
    );
    expect(errors.filter(({ message }) => guess.test(message))).toEqual([]);
  });
});
