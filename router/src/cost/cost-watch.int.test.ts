import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routerOver } from '../test-support/router-over.js';
import { startFakeGraph } from '../test-support/subgraphs.js';

const library = {
  typeDefs: `
    type Query { books(first: Int!): [Book!]! @listSize(slicingArguments: ["first"]) }
    type Book { id: ID! }`,
  // It promises as many as were asked for, and sends one more than three.
  resolvers: {
    Query: {
      books: (_: unknown, { first }: { first: number }) =>
        Array.from({ length: first > 3 ? first + 1 : first }, (__, id) => ({ id })),
    },
  },
};

let resources: CloseStack;
let url = '';
beforeAll(async () => {
  resources = closeStack(silentLogger);
  const graph = resources.use('graph', await startFakeGraph({ library }));
  ({ url } = await routerOver(resources, graph.supergraphSdl, { performanceSampleRate: 1 }));
});
afterAll(() => resources.close());

const ask = async (first: number) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ books(first: ${first}) { id } }` }),
  });
  expect(response.status).toBe(200);
};
const figures = async () => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string, label = '') => {
    const isIt = (line: string) => line.startsWith(`${name}{`) && line.includes(label);
    return Number(text.split('\n').find(isIt)?.split(' ').at(-1));
  };
  return {
    count: of('router_operation_cost_count', 'measured'),
    estimated: of('router_operation_cost_sum', 'estimated'),
    measured: of('router_operation_cost_sum', 'measured'),
    exceeded: of('router_operation_cost_exceeded_total'),
  };
};

it('measures what operations did cost, and counts those that cost more than was estimated', async () => {
  await ask(2);
  await waitFor(async () => (await figures()).count === 1);
  const honest = await figures();
  expect(honest).toMatchObject({ exceeded: 0, measured: honest.estimated });
  await ask(5);
  await waitFor(async () => (await figures()).count === 2);
  const both = await figures();
  expect(both).toMatchObject({ exceeded: 1, measured: both.estimated + 1 });
});
