import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { equalValues } from '../bson/order.js';
import { findCandidates } from '../query/find.js';
import { compileFilter } from '../query/filter.js';
import type { SortField } from '../query/sort.js';
import { parseSort, sortBy } from '../query/sort.js';
import { createCollection } from './collection.js';
import { committedView } from './committed-view.js';
import { idIndexDescription, parseIndexSpec } from './index-spec.js';
import { createTransactions } from './transaction.js';
import { parseCollectionOptions } from './validation.js';

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'a', 1.5, 2n, true, new Date(1)) },
);
const value = fc.oneof(
  { weight: 2, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const field = fc.constantFrom('a', 'b');
const stored = fc.dictionary(field, value, { maxKeys: 2 });

const condition = fc.oneof(
  value.map((operand): unknown => operand),
  scalar.map((operand) => ({ $gt: operand })),
  scalar.map((operand) => ({ $lte: operand })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.array(scalar, { maxLength: 3 }).map((list) => ({ $in: list })),
  scalar.map((operand) => ({ $ne: operand })),
  fc.boolean().map((present) => ({ $exists: present })),
);
const simple = fc.dictionary(field, condition, { maxKeys: 2 });
const filter = fc.oneof(
  { weight: 3, arbitrary: simple },
  { weight: 1, arbitrary: fc.tuple(simple, simple).map(([x, y]) => ({ $and: [x, y] })) },
  {
    weight: 2,
    arbitrary: fc.tuple(simple, simple, simple).map(([x, y, z]) => ({ ...x, $or: [y, z] })),
  },
);
const direction = fc.constantFrom(1, -1);
const pattern = fc.dictionary(field, direction, { minKeys: 1, maxKeys: 2 });
const index = fc.tuple(
  pattern,
  fc.constantFrom<Document>(
    {},
    {},
    { sparse: true },
    { partialFilterExpression: { a: { $exists: true } } },
    { partialFilterExpression: { b: { $gt: 1 } } },
  ),
);
/** Undefined when a document has arrays in two fields of the sort, which has no answer. */
function sorted(documents: Document[], fields: SortField[]): Document[] | undefined {
  try {
    return sortBy(documents, fields, (document) => ({ document }));
  } catch {
    return undefined;
  }
}

const sort = fc.oneof(fc.constant<Record<string, number>>({}), pattern);

describe('indexed queries', () => {
  it('find what a look at every document finds, in the same order', () => {
    fc.assert(
      fc.property(
        fc.array(stored, { maxLength: 12 }),
        fc.array(index, { maxLength: 2 }),
        filter,
        sort,
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        (documents, indexes, wanted, order, limit) => {
          const specs = indexes.map(([key, options], at) =>
            parseIndexSpec({ key, name: `i${at}`, ...options }),
          );
          const collection = createCollection(
            { id: 1, database: 'd', name: 'c' },
            [parseIndexSpec(idIndexDescription), ...specs],
            parseCollectionOptions({}),
          );
          const view = committedView(collection, createTransactions(), { push: () => undefined });
          const accepted: Document[] = [];
          for (const [at, document] of documents.entries()) {
            try {
              view.insert({ _id: at, ...document });
              accepted.push({ _id: at, ...document });
            } catch (error) {
              expect(error).toMatchObject({ code: 171 });
            }
          }
          // _id makes the order total, so that both ways must agree on it.
          const fields = parseSort({ ...order, _id: 1 });
          const matching = accepted.filter(compileFilter(wanted));
          const unsorted = findCandidates(view, { filter: wanted });
          expect(unsorted).toHaveLength(matching.length);
          const expected = sorted(matching, fields);
          const ask = () => findCandidates(view, { filter: wanted, sort: fields, limit });
          if (!expected) {
            expect(ask).toThrow('parallel arrays');
            return;
          }
          const ids = ask().map(({ document }) => document['_id']);
          expect(ids).toEqual(expected.slice(0, limit).map(({ _id }) => _id));
          const byOrder = findCandidates(view, { filter: wanted, sort: parseSort(order) });
          expect(byOrder).toHaveLength(expected.length);
          const sortFields = Object.keys(order);
          const resorted = sortBy(byOrder, parseSort(order), (candidate) => candidate);
          for (const [at, { document }] of byOrder.entries())
            for (const name of sortFields)
              expect(equalValues(document[name], resorted[at]?.document[name])).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
