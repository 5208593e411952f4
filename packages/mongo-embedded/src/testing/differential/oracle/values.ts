import { BSON, ObjectId } from 'mongodb';
import { compareNumbers, isNumber } from './numbers.js';

/** As the driver reads it without promoting values: numbers are Int32, Long, Double or Decimal128. */
export type Document = Record<string, unknown>;

export function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** The value of a field of its own; undefined when missing. */
export const fieldOf = (document: Document, name: string): unknown =>
  Object.hasOwn(document, name) ? document[name] : undefined;

/** For people. */
export const show = (value: unknown): string =>
  value === undefined ? 'undefined' : BSON.EJSON.stringify(value, { relaxed: false });

/** The same for identical values only: types, the order of fields and the digits of decimals count. */
export const bytesOf = (value: unknown): string =>
  Buffer.from(BSON.serialize({ value }, { ignoreUndefined: true })).toString('latin1');

export const identical = (left: unknown, right: unknown): boolean =>
  bytesOf(left) === bytesOf(right);

/** Stands for an array without elements as a sort or an index key: it is below null. */
export const emptyArray = Symbol('empty array');

const ranks: [rank: number, is: (value: unknown) => boolean][] = [
  [0, (value) => value === emptyArray],
  [1, (value) => value === undefined || value === null],
  [2, isNumber],
  [3, (value) => typeof value === 'string'],
  [4, isDocument],
  [5, Array.isArray],
  [6, (value) => value instanceof ObjectId],
  [7, (value) => typeof value === 'boolean'],
  [8, (value) => value instanceof Date],
];

/** The place of a value's type in MongoDB's order of types. */
export function rankOf(value: unknown): number {
  const found = ranks.find(([, is]) => is(value));
  if (!found) throw new Error(`the oracle does not know ${show(value)}`);
  return found[0];
}

/** MongoDB's order over all values. */
export function compare(left: unknown, right: unknown): number {
  const byRank = rankOf(left) - rankOf(right);
  if (byRank !== 0) return byRank;
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (Array.isArray(left) && Array.isArray(right)) return compareArrays(left, right);
  if (left instanceof ObjectId && right instanceof ObjectId)
    return Buffer.compare(left.id, right.id);
  if (isDocument(left) && isDocument(right)) return compareDocuments(left, right);
  if (typeof left === 'boolean' || left instanceof Date) return Number(left) - Number(right);
  return 0;
}

export const equal = (left: unknown, right: unknown): boolean => compare(left, right) === 0;

function compareArrays(left: readonly unknown[], right: readonly unknown[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compare(left[at], right[at]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Field by field: type, name, value. */
function compareDocuments(left: Document, right: Document): number {
  const [ours, theirs] = [Object.entries(left), Object.entries(right)];
  for (let at = 0; at < Math.min(ours.length, theirs.length); at++) {
    const [name, value] = ours[at] ?? ['', undefined];
    const [otherName, otherValue] = theirs[at] ?? ['', undefined];
    const order =
      rankOf(value) - rankOf(otherValue) ||
      Buffer.compare(Buffer.from(name), Buffer.from(otherName)) ||
      compare(value, otherValue);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length;
}
