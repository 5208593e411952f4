import { MongoBulkWriteError } from 'mongodb';
import type { Random } from '../random.js';
import { filter, index as randomIndex, totalSort } from './generate/queries.js';
import type { Update } from './generate/updates.js';
import { operators, replacement, update, upsertFilter } from './generate/updates.js';
import { document, id } from './generate/values.js';
import type { Chooser } from './operation.js';
import { Difference, expectSame, onBoth, operation } from './operation.js';
import type { Oracle } from './oracle/collection.js';
import { Refusal } from './oracle/refusal.js';
import type { Document } from './oracle/values.js';
import { identical } from './oracle/values.js';

const insertOne: Chooser = (random) => {
  const inserted = document(random);
  return operation('insertOne', [inserted], (collection, oracle) =>
    onBoth(
      () => oracle.insert(inserted),
      () => collection.insertOne(inserted),
      () => undefined,
    ),
  );
};

/** Stops at the first refusal when ordered, goes on otherwise. */
const insertMany: Chooser = (random) => {
  const inserted = Array.from({ length: 1 + random.below(8) }, () => document(random));
  const ordered = random.chance(0.5);
  return operation('insertMany', [inserted, ordered], async (collection, oracle) => {
    const refused: { index: number; codes: readonly number[] }[] = [];
    for (const [at, one] of inserted.entries()) {
      try {
        oracle.insert(one);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.push({ index: at, codes: error.codes });
        if (ordered) break;
      }
    }
    const errors = await bulkErrors(collection.insertMany(inserted, { ordered }));
    const same =
      errors.length === refused.length &&
      refused.every(({ index, codes }, at) => {
        const error = errors[at];
        return error?.index === index && codes.includes(Number(error.code));
      });
    if (!same) throw new Difference('refused inserts', refused, errors);
  });
};

async function bulkErrors(call: Promise<unknown>): Promise<{ index: number; code: number }[]> {
  try {
    await call;
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    return [error.writeErrors].flat().map(({ index, code }) => ({ index, code: Number(code) }));
  }
}

const options = ({ arrayFilters }: Update): { arrayFilters?: Document[] } =>
  arrayFilters ? { arrayFilters } : {};

/** Of the document with an id, if other conditions hold as well. */
function someUpdate(random: Random): Update & { upsert: boolean } {
  if (random.chance(0.25))
    return { filter: upsertFilter(random), update: operators(random), upsert: true };
  const conditions = random.chance(0.3) ? filter(random) : {};
  return { ...update(random, { ...conditions, _id: id(random) }), upsert: false };
}

const updateOne: Chooser = (random) => {
  const request = someUpdate(random);
  return operation('updateOne', [request], (collection, oracle) =>
    onBoth(
      () => oracle.updateOne(request),
      () =>
        collection.updateOne(request.filter, request.update, {
          ...options(request),
          upsert: request.upsert,
        }),
      ({ before, after }, { matchedCount, modifiedCount, upsertedId }) =>
        expectSame(
          'counts',
          {
            matchedCount: before ? 1 : 0,
            modifiedCount: before && !identical(before, after) ? 1 : 0,
            upsertedId: (!before && after?.['_id']) || null,
          },
          { matchedCount, modifiedCount, upsertedId },
        ),
    ),
  );
};

const replaceOne: Chooser = (random) => {
  const request = {
    filter: { _id: id(random) },
    update: replacement(random),
    upsert: random.chance(0.3),
  };
  return operation('replaceOne', [request], (collection, oracle) =>
    onBoth(
      () => oracle.updateOne(request),
      () =>
        collection.replaceOne(request.filter as Document, request.update, {
          upsert: request.upsert,
        }),
      ({ before }, { matchedCount }) => expectSame('matched', before ? 1 : 0, matchedCount),
    ),
  );
};

/** The first in a total order: what claims do. */
const findOneAndUpdate: Chooser = (random) => {
  const conditions = filter(random);
  const request = random.chance(0.3)
    ? someUpdate(random)
    : { ...update(random, conditions), upsert: false };
  const sort = totalSort(random);
  const returnDocument = random.pick(['before', 'after'] as const);
  return operation('findOneAndUpdate', [request, sort, returnDocument], (collection, oracle) =>
    onBoth(
      () => oracle.updateOne({ ...request, sort }),
      () =>
        collection.findOneAndUpdate(request.filter, request.update, {
          ...options(request),
          upsert: request.upsert,
          sort: { ...sort },
          returnDocument,
        }),
      (states, answered) => expectSame('document', states[returnDocument] ?? null, answered),
    ),
  );
};

const findOneAndDelete: Chooser = (random) => {
  const [conditions, sort] = [filter(random), totalSort(random)];
  return operation('findOneAndDelete', [conditions, sort], (collection, oracle) =>
    onBoth(
      () => oracle.find(conditions, sort).slice(0, 1),
      () => collection.findOneAndDelete(conditions, { sort: { ...sort } }),
      (found, answered) => {
        expectSame('document', found[0] ?? null, answered);
        oracle.remove(found);
      },
    ),
  );
};

const deleteMany: Chooser = (random) => {
  const conditions = {
    $and: [filter(random), { _id: { $in: Array.from({ length: 8 }, () => id(random)) } }],
  };
  return operation('deleteMany', [conditions], (collection, oracle) =>
    onBoth(
      () => oracle.find(conditions),
      () => collection.deleteMany(conditions),
      (found, { deletedCount }) => {
        expectSame('count', found.length, deletedCount);
        oracle.remove(found);
      },
    ),
  );
};

export const createIndex: Chooser = (random, { indexes }) => {
  const wanted = randomIndex(random);
  if (indexes().length > 6 || indexes().some(({ name }) => name === wanted.name))
    return dropIndex(random, { indexes } as Oracle);
  const { key, ...described } = wanted;
  return operation('createIndex', [wanted], (collection, oracle) =>
    onBoth(
      () => oracle.createIndex(wanted),
      () => collection.createIndex({ ...key }, described),
      () => undefined,
    ),
  );
};

const dropIndex: Chooser = (random, { indexes }) => {
  const { name } = random.pick(indexes());
  if (name === '_id_') return insertMany(random, { indexes } as Oracle);
  return operation('dropIndex', [name], async (collection, oracle) => {
    oracle.dropIndex(name);
    await collection.dropIndex(name);
  });
};

export const writes: readonly (readonly [weight: number, choose: Chooser])[] = [
  [2, insertOne],
  [3, insertMany],
  [6, updateOne],
  [1, replaceOne],
  [4, findOneAndUpdate],
  [1, findOneAndDelete],
  [1, deleteMany],
  [4, createIndex],
  [1, dropIndex],
];
