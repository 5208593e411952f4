import type { Random } from '../../random.js';
import type { IndexSpec } from '../oracle/collection.js';
import type { SortSpec } from '../oracle/paths.js';
import type { Document } from '../oracle/values.js';
import { id, number, paths, scalar, scalarPaths, value } from './values.js';

/** A filter of up to three conditions, sometimes under `$and`, `$or` or `$nor`. */
export function filter(random: Random, depth = 0): Document {
  const result: Document = {};
  for (let count = random.below(3) + (depth > 0 ? 1 : 0); count > 0; count--) {
    const path = random.chance(0.15) ? '_id' : random.pick(paths);
    result[path] = path === '_id' ? idCondition(random) : condition(random);
  }
  if (random.chance(0.1)) result[random.pick(['tags.0', 'items.1.k'])] = scalarNotNull(random);
  if (random.chance(0.08))
    result['$expr'] = {
      [random.pick(['$eq', '$lt', '$gte'])]: [
        `$${random.pick('abn'.split(''))}`,
        `$${random.pick(['a', 'n'])}`,
      ],
    };
  if (depth < 2 && random.chance(0.25))
    result[random.pick(['$and', '$or', '$or', '$nor'])] = Array.from(
      { length: 1 + random.below(3) },
      () => filter(random, depth + 1),
    );
  return result;
}

const idCondition = (random: Random): unknown =>
  random.pick([
    () => id(random),
    () => ({ $in: [id(random), id(random), id(random)] }),
    () => ({ [random.pick(['$gt', '$gte', '$lt', '$lte'])]: id(random) }),
  ])();

/** Whether a missing array position equals null is not told by MongoDB's documentation: it is not asked. */
function scalarNotNull(random: Random): unknown {
  const found = scalar(random);
  return found === null ? true : found;
}

/** The right side of a condition on one field. */
export function condition(random: Random): unknown {
  if (random.chance(0.35)) return equality(random);
  return Object.assign(
    {},
    ...Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => operator(random)),
  ) as Document;
}

const equality = (random: Random): unknown =>
  random.chance(0.1)
    ? random.pick([/^a/, /B/i])
    : random.chance(0.2)
      ? value(random)
      : scalar(random);

const comparisons = ['$gt', '$gte', '$lt', '$lte'];

function operator(random: Random): Document {
  return random.pick<() => Document>([
    () => ({ [random.pick(comparisons)]: scalar(random) }),
    () => ({ [random.pick(comparisons)]: number(random) }),
    () => ({ [random.pick(['$gt', '$lte'])]: value(random) }),
    () => ({ [random.pick(['$eq', '$ne'])]: value(random) }),
    () => ({ [random.pick(['$in', '$nin'])]: values(random) }),
    () => ({ $exists: random.chance(0.5) }),
    () => ({ $type: random.pick(types) }),
    () => ({ $size: random.pick([0, 1, 2]) }),
    () => ({ $all: Array.from({ length: 1 + random.below(2) }, () => scalar(random)) }),
    () => ({ $mod: [2, random.below(2)] }),
    () => ({ $not: operator(random) }),
    () => ({ $elemMatch: elementCondition(random) }),
  ])();
}

const values = (random: Random): unknown[] =>
  Array.from({ length: random.below(4) }, () => equality(random));

const types = [
  'int',
  'long',
  'double',
  'decimal',
  'number',
  'string',
  'object',
  'array',
  'objectId',
  'bool',
  'date',
  'null',
];

export function elementCondition(random: Random): Document {
  if (random.chance(0.4)) return { [random.pick(comparisons)]: scalar(random) };
  const fields = random.sample(['k', 'v', 't'], 1 + random.below(2));
  return Object.fromEntries(
    fields.map((field) => [field, random.chance(0.5) ? scalar(random) : { $gte: number(random) }]),
  );
}

const direction = (random: Random): 1 | -1 => (random.chance(0.5) ? 1 : -1);

const directed = (random: Random, fields: readonly string[]): SortSpec =>
  Object.fromEntries(fields.map((field) => [field, direction(random)]));

export function sort(random: Random): SortSpec {
  const candidates = [...scalarPaths, 'items.v', 'tags.0'];
  return directed(random, random.sample(candidates, 1 + random.below(2)));
}

/** A sort that leaves no two documents equal. */
export const totalSort = (random: Random): SortSpec => ({
  ...(random.chance(0.7) ? sort(random) : {}),
  _id: direction(random),
});

/** A query that an index may serve: equalities and ranges on its fields, and its order or the reverse. */
export function indexed(random: Random, { key }: IndexSpec): { filter: Document; sort: SortSpec } {
  const filter: Document = {};
  for (const path of Object.keys(key))
    if (random.chance(0.6)) filter[path] = random.chance(0.4) ? scalar(random) : range(random);
  const sign = direction(random);
  const sort: Record<string, 1 | -1> = {};
  for (const [path, one] of Object.entries(key)) sort[path] = (one * sign) as 1 | -1;
  return { filter, sort };
}

function range(random: Random): Document {
  const bound = random.chance(0.5) ? number : scalar;
  return {
    [random.pick(['$gt', '$gte'])]: bound(random),
    ...(random.chance(0.7) ? { [random.pick(['$lt', '$lte'])]: bound(random) } : {}),
  };
}

export function index(random: Random): IndexSpec {
  const key = directed(random, random.sample(scalarPaths, 1 + random.below(2)));
  const name = Object.entries(key).flat().join('_');
  const [first = 'a'] = Object.keys(key);
  const partialFilterExpression = random.pick<Document>([
    { [first]: { $exists: true } },
    { n: { $gt: number(random) } },
    { a: scalarNotNull(random) },
  ]);
  return {
    name,
    key,
    ...(random.chance(0.2) ? { unique: true } : {}),
    ...(random.chance(0.2)
      ? { sparse: true }
      : random.chance(0.3)
        ? { partialFilterExpression }
        : {}),
  };
}
