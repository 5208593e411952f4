import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityCache } from '../cache/entity-cache.js';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';
import { contextGraph } from './graphs/context.js';

/** The stock gateway does not pass values on, so the answers are written by hand. */
const cases: Readonly<
  Record<string, { query: string; variables?: Record<string, unknown>; data: unknown }>
> = {
  'a value from the object above': {
    query: '{ shop(id: "s1") { best { price } } }',
    data: { shop: { best: { price: '100 EUR' } } },
  },
  'entities below objects with different values, one of them below both': {
    query: '{ shops { name offers { id price } } }',
    data: {
      shops: [
        {
          name: 'Corner',
          offers: [
            { id: 'o1', price: '100 EUR' },
            { id: 'o2', price: '200 EUR' },
          ],
        },
        {
          name: 'Mall',
          offers: [
            { id: 'o2', price: '200 USD' },
            { id: 'o3', price: '300 USD' },
          ],
        },
        { name: 'Fair', offers: [{ id: 'o1', price: '100 null' }] },
      ],
    },
  },
  'beside arguments of the client': {
    query:
      'query Q($n: Int) { shop(id: "s2") { best { price(times: 3) more: price(times: $n) } } }',
    variables: { n: 5 },
    data: { shop: { best: { price: '600 USD', more: '1000 USD' } } },
  },
  'a variable of the client that looks like a value': {
    query:
      'query Q($contextualArgument_1_9: ID!) { shop(id: $contextualArgument_1_9) { best { price } } }',
    variables: { contextualArgument_1_9: 's2', contextualArgument_1_0: 'FREE' },
    data: { shop: { best: { price: '200 USD' } } },
  },
  'by the type that stands above, the nearest one': {
    query:
      '{ sellers { ... on Shop { best { price } } ... on Market { offers { price } stalls { best { price } } } } }',
    data: {
      sellers: [
        { best: { price: '100 EUR' } },
        {
          offers: [{ price: '100 GBP' }],
          stalls: [{ best: { price: '200 USD' } }, null, { best: { price: '100 EUR' } }],
        },
        null,
        { best: { price: '200 USD' } },
      ],
    },
  },
  'for two types at one place': {
    query: '{ sellers { ... on Shop { offers { price } } ... on Market { offers { price } } } }',
    data: {
      sellers: [
        { offers: [{ price: '100 EUR' }, { price: '200 EUR' }] },
        { offers: [{ price: '100 GBP' }] },
        null,
        { offers: [{ price: '200 USD' }, { price: '300 USD' }] },
      ],
    },
  },
  'of the type above, where another has a field of that name': {
    query:
      '{ sellers { ... on Shop { offers { price } } ... on Market { currency offers { price } } } }',
    data: {
      sellers: [
        { offers: [{ price: '100 EUR' }, { price: '200 EUR' }] },
        { currency: 'another', offers: [{ price: '100 GBP' }] },
        null,
        { offers: [{ price: '200 USD' }, { price: '300 USD' }] },
      ],
    },
  },
  'deep below, within one fetch': {
    query: '{ shop(id: "s2") { best { bundle { id price } } } }',
    data: {
      shop: {
        best: {
          bundle: [
            { id: 'o2', price: '200 USD' },
            { id: 'o3', price: '300 USD' },
          ],
        },
      },
    },
  },
  'lists of lists, and nulls': {
    query: '{ grid { best { price } } }',
    data: { grid: [[{ best: { price: '100 EUR' } }], [], [{ best: { price: '200 USD' } }, null]] },
  },
  'two values, one of them a list from deep inside': {
    query: '{ shops { ticket { tax } } }',
    data: {
      shops: [
        { ticket: { tax: '[[10,20],"EUR"]' } },
        { ticket: { tax: '[[10,20],"USD"]' } },
        { ticket: { tax: '[null,null]' } },
      ],
    },
  },
  'that the client selects too, under another name': {
    query: '{ shops { money: currency terms { rates { p: percent } } ticket { tax } } }',
    data: {
      shops: [
        {
          money: 'EUR',
          terms: { rates: [{ p: 10 }, { p: 20 }] },
          ticket: { tax: '[[10,20],"EUR"]' },
        },
        {
          money: 'USD',
          terms: { rates: [{ p: 10 }, { p: 20 }] },
          ticket: { tax: '[[10,20],"USD"]' },
        },
        { money: null, terms: { rates: null }, ticket: { tax: '[null,null]' } },
      ],
    },
  },
  'that the client seems to select, by an alias': {
    query: '{ shop(id: "s1") { currency: name best { price } } }',
    data: { shop: { currency: 'Corner', best: { price: '100 EUR' } } },
  },
  'under conditions': {
    query: 'query Q($i: Boolean!) { shops { best { id price @include(if: $i) } } }',
    variables: { i: false },
    data: { shops: [{ best: { id: 'o1' } }, { best: { id: 'o2' } }, { best: { id: 'o1' } }] },
  },
};

let executors: ComparedExecutors;
beforeAll(async () => {
  executors = await startComparedExecutors(contextGraph);
});
afterAll(() => executors.close());

describe('@context and @fromContext', () => {
  it.each(Object.entries(cases))('%s', async (_name, { query, variables, data }) => {
    const answer = await executors.ours(query, variables);
    expect(answer).toEqual({ data });
  });

  it('entities with the same values are asked for together', async () => {
    const requests = executors.graph.subgraphs['prices']?.requests ?? [];
    requests.length = 0;
    await executors.ours('{ shops { offers { price } } grid { best { id } } }');
    expect(requests.map(({ variables }) => variables['contextualArgument_1_0'] ?? null)).toEqual(
      expect.arrayContaining(['EUR', 'USD', null]),
    );
    expect(requests).toHaveLength(3);
  });

  it("an argument that is filled so is not the client's to give", async () => {
    await expect(executors.ours('{ shops { best { price(in: "FREE") } } }')).rejects.toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  it('an error of an entity stands wherever it is shown', async () => {
    const { graph, ours } = executors;
    const body = JSON.stringify({
      data: { _entities: [null] },
      errors: [{ message: 'no', path: ['_entities', 0, 'price'] }],
    });
    graph.subgraphs['prices']?.answerWith({ status: 200, body });
    try {
      const { data, errors } = await ours('{ shops { best { price } } }');
      expect(data).toEqual({ shops: [1, 2, 3].map(() => ({ best: { price: null } })) });
      expect(errors?.map(({ path }) => path)).toEqual(
        [0, 1, 2].map((at) => ['shops', at, 'best', 'price']),
      );
    } finally {
      graph.subgraphs['prices']?.answerWith(null);
    }
  });
});

it('an entity is kept for the values that its fields had', async () => {
  const asked: string[] = [];
  const cache: EntityCache = {
    isWorthReading: () => true,
    read: async ({ variables }) => {
      asked.push(variables);
      return undefined;
    },
    notice: () => undefined,
    wrote: async () => undefined,
  };
  const cached = await startComparedExecutors(contextGraph, undefined, cache);
  await cached.ours(
    '{ a: shop(id: "s1") { best { price } } b: shop(id: "s2") { best { price } } }',
  );
  await cached.close();
  expect(asked.sort()).toEqual([
    '"contextualArgument_1_0":"EUR"',
    '"contextualArgument_1_0":"USD"',
  ]);
});
