import { Decimal128, Double, Int32, Long, ObjectId } from 'mongodb';
import type { Random } from '../../random.js';
import type { Document } from '../oracle/values.js';

/** Few different values, so that equal ones meet; each type has neighbours that are easily confused. */
const numbers: readonly unknown[] = [
  ...[0, 1, 2, 3, -1].map((value) => new Int32(value)),
  ...[0, -0, 1, 2, 1.5, 0.1, NaN, Infinity].map((value) => new Double(value)),
  ...['1', '2', '9007199254740993', '9223372036854775807'].map((value) => Long.fromString(value)),
  ...['1', '1.10', '0.1', '2', 'NaN', '-Infinity'].map((value) => Decimal128.fromString(value)),
];
// U+FF5E is above U+1F600 in UTF-16 units and below it in UTF-8 bytes.
const strings: readonly unknown[] = ['', 'a', 'b', 'B', 'ab', 'é', '\u{1f600}', '\uff5e'];
const others: readonly unknown[] = [
  null,
  true,
  false,
  new Date(0),
  new Date(-1),
  new Date(1_700_000_000_000),
  ...['1', '2', '3'].map((digit) => new ObjectId(digit.repeat(24))),
];

/** Mostly small ones: they are equal, and lie in each other's ranges, more often. */
export const number = (random: Random): unknown =>
  random.chance(0.5) ? new Int32(random.below(5)) : random.pick(numbers);

export const scalar = (random: Random): unknown =>
  random.chance(0.5) ? number(random) : random.pick(random.pick([strings, others]));

/** Any value: now and then a document or an array. */
export function value(random: Random): unknown {
  if (random.chance(0.75)) return scalar(random);
  return random.chance(0.5) ? nested(random) : list(random, scalar);
}

function nested(random: Random): Document {
  return sometimes(random, { x: scalar, y: (inner) => ({ z: scalar(inner) }) });
}

const list = <T>(random: Random, item: (random: Random) => T): T[] =>
  Array.from({ length: random.below(4) }, () => item(random));

/** A document with some of these fields, in random order. */
function sometimes(
  random: Random,
  fields: Readonly<Record<string, (random: Random) => unknown>>,
): Document {
  const entries = random.sample(Object.entries(fields), 1 + random.below(6));
  return Object.fromEntries(entries.map(([name, make]) => [name, make(random)]));
}

const element = (random: Random): unknown =>
  random.chance(0.85)
    ? sometimes(random, { k: scalar, v: number, t: (inner) => list(inner, scalar) })
    : scalar(random);

/** Ids are few, so that inserts clash and updates hit. */
export const id = (random: Random): unknown =>
  random.chance(0.8) ? new Int32(random.below(60)) : random.pick(['a', 'b', 'c', 'd']);

/** The collection's fields: mixed `a` and `b`, numeric `n`, nested `o`, scalars `tags`, documents `items`. */
export function document(random: Random): Document {
  const fields = sometimes(random, {
    a: value,
    b: value,
    n: number,
    o: nested,
    tags: (inner) => list(inner, random.chance(0.9) ? number : value),
    items: (inner) => list(inner, element),
  });
  return { _id: id(random), ...fields };
}

/** Paths that lead somewhere in such documents. */
export const paths: readonly string[] = [
  ...['a', 'b', 'n', 'o', 'tags', 'items'],
  ...['o.x', 'o.y', 'o.y.z', 'a.x', 'items.k', 'items.v', 'items.t'],
];

export const scalarPaths: readonly string[] = ['a', 'b', 'n', 'o.x', 'o.y.z', 'items.k', 'tags'];
