import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';

/** @override with a label: a part of the requests takes the new way. */
const subgraphs = {
  old: {
    typeDefs: `
      type Query { things: [Thing!]! }
      type Thing @key(fields: "id") { id: ID! price: Int weight: Int colour: String }
    `,
    resolvers: {
      Query: { things: () => [{ id: 't1' }] },
      Thing: { price: () => 1, weight: () => 1, colour: () => 'old' },
    },
  },
  new: {
    typeDefs: `
      type Thing @key(fields: "id") {
        id: ID!
        price: Int @override(from: "old", label: "percent(20)")
        weight: Int @override(from: "old", label: "percent(60)")
        colour: String @override(from: "old", label: "new-colours")
      }
    `,
    resolvers: { Thing: { price: () => 2, weight: () => 2, colour: () => 'new' } },
  },
};

let die = 0.99;
let executors: ComparedExecutors;
beforeAll(async () => {
  executors = await startComparedExecutors(subgraphs, () => die);
});
afterAll(() => executors.close());

const ask = async (thrown: number) => {
  die = thrown;
  const { data } = await executors.ours('{ things { price weight colour } }');
  return (data as { things: unknown[] }).things[0];
};

describe('progressive override', () => {
  it('is decided for each request; one text has a plan for each decision', async () => {
    for (const round of [1, 2]) {
      const told = `round ${round}`;
      expect(await ask(0.99), told).toEqual({ price: 1, weight: 1, colour: 'old' });
      expect(await ask(0.5), told).toEqual({ price: 1, weight: 2, colour: 'old' });
      expect(await ask(0.1), told).toEqual({ price: 2, weight: 2, colour: 'old' });
    }
  });

  it('without it the stock gateway answers the same', async () => {
    die = 0.99;
    const query = '{ things { id price weight colour } }';
    expect(await executors.ours(query)).toEqual(await executors.stock(query));
  });
});
