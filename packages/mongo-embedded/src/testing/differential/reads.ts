import type { Collection } from 'mongodb';
import type { Random } from '../random.js';
import { filter, indexed, sort, totalSort } from './generate/queries.js';
import { paths } from './generate/values.js';
import type { Chooser, Operation } from './operation.js';
import { Difference, expectSame, expectSameSet, onBoth, operation } from './operation.js';
import type { Oracle } from './oracle/collection.js';
import type { SortSpec } from './oracle/paths.js';
import { compareSortKeys, leavesAt, sortKeyOf } from './oracle/paths.js';
import type { Document } from './oracle/values.js';
import { equal, identical } from './oracle/values.js';

interface Query {
  readonly filter: Document;
  readonly sort?: SortSpec;
  readonly skip: number;
  readonly limit: number;
}

const page = (random: Random): { skip: number; limit: number } => ({
  skip: random.chance(0.5) ? 0 : random.below(5),
  limit: random.chance(0.4) ? 0 : 1 + random.below(6),
});

const pageOf = <T>(items: readonly T[], { skip, limit }: Query): T[] =>
  items.slice(skip, limit === 0 ? undefined : skip + limit);

/** With the indexes that the server chooses, and without any. */
async function ask(collection: Collection<Document>, query: Query): Promise<Document[][]> {
  const cursor = (): ReturnType<typeof collection.find> => {
    const found = collection.find(query.filter).skip(query.skip).limit(query.limit);
    return query.sort ? found.sort({ ...query.sort }) : found;
  };
  return [await cursor().toArray(), await cursor().hint({ $natural: 1 }).toArray()];
}

const findAll: Chooser = (random) => {
  const query = { filter: filter(random), skip: 0, limit: 0 };
  return operation(
    'find',
    [query],
    async (collection, oracle) => {
      for (const found of await ask(collection, query))
        expectSameSet('documents', oracle.find(query.filter), found);
      expectSame(
        'count',
        oracle.find(query.filter).length,
        await collection.countDocuments(query.filter),
      );
    },
    false,
  );
};

const findPage: Chooser = (random) =>
  findInOrder({ filter: filter(random), sort: totalSort(random), ...page(random) });

const findTies: Chooser = (random) =>
  findInOrder({ filter: filter(random), sort: sort(random), ...page(random) });

const findByIndex: Chooser = (random, { indexes }) =>
  findInOrder({ ...indexed(random, random.pick(indexes().slice(-4))), ...page(random) });

/** Documents that the sort leaves equal may come in any order; a total sort leaves none. */
function findInOrder(query: Required<Query>): Operation {
  return operation(
    'find',
    [query],
    (collection, oracle) =>
      onBoth(
        () => oracle.find(query.filter, query.sort),
        () => ask(collection, query),
        (told, answers) => {
          for (const found of answers) expectSameKeys(told, found, query);
        },
      ),
    false,
  );
}

function expectSameKeys(
  told: readonly Document[],
  found: readonly Document[],
  query: Required<Query>,
): void {
  const expected = pageOf(told, query);
  const keyOf = (document: Document): unknown[] => sortKeyOf(document, query.sort);
  const same =
    expected.length === found.length &&
    found.every((document, at) => {
      const wanted = expected[at];
      return wanted && compareSortKeys(keyOf(document), keyOf(wanted), query.sort) === 0;
    });
  const known = found.every((document) => told.some((other) => identical(other, document)));
  const distinct = new Set(found.map((document) => document['_id'])).size === found.length;
  if (!same || !known || !distinct) throw new Difference('order', expected, found);
}

const distinct: Chooser = (random) => {
  const path = random.pick(paths);
  // Whether a missing field counts as a null depends, in MongoDB, on the index it reads.
  const query = { $and: [filter(random), { [path]: { $exists: true } }] };
  return operation(
    'distinct',
    [path, query],
    async (collection, oracle) => {
      const expected = distinctValues(oracle, path, query);
      const found: unknown[] = await collection.distinct(path, query);
      const same =
        expected.length === found.length &&
        expected.every((value) => found.some((other) => equal(value, other)));
      if (!same) throw new Difference('distinct values', expected, found);
    },
    false,
  );
};

function distinctValues(oracle: Oracle, path: string, query: Document): unknown[] {
  const values: unknown[] = [];
  for (const document of oracle.find(query))
    for (const leaf of leavesAt(document, path.split('.')))
      for (const value of Array.isArray(leaf) ? (leaf as unknown[]) : [leaf])
        if (value !== undefined && !values.some((other) => equal(value, other))) values.push(value);
  return values;
}

export const reads: readonly (readonly [weight: number, choose: Chooser])[] = [
  [5, findAll],
  [8, findPage],
  [3, findTies],
  [16, findByIndex],
  [1, distinct],
];
