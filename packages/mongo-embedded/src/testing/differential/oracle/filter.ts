import { Long } from 'mongodb';
import type { BsonNumber } from './numbers.js';
import { isNumber, toDouble } from './numbers.js';
import { leavesAt } from './paths.js';
import type { Document } from './values.js';
import { compare, equal, fieldOf, isDocument, rankOf } from './values.js';

type Test = (value: unknown) => boolean;

/** Whether a document matches a filter: MongoDB's rules written once more, without compiling or indexes. */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([key, operand]) => {
    if (key === '$expr') return holds(document, operand as Document);
    if (!key.startsWith('$'))
      return passes({ leaves: leavesAt(document, key.split('.')), entered: true }, operand);
    const results = (operand as Document[]).map((part) => matches(document, part));
    if (key === '$and') return results.every(Boolean);
    return results.some(Boolean) === (key === '$or');
  });
}

/** `{ $op: ['$field', '$field'] }`: no type bracketing, and missing is below everything. */
function holds(document: Document, expression: Document): boolean {
  const [[operator = '', fields] = []] = Object.entries(expression);
  const [left, right] = (fields as string[]).map((name) => fieldOf(document, name.slice(1)));
  const missing = Number(left !== undefined) - Number(right !== undefined);
  const order = left === undefined || right === undefined ? missing : compare(left, right);
  return { $eq: order === 0, $lt: order < 0, $gte: order >= 0 }[operator] ?? false;
}

const hasOperators = (operand: unknown): operand is Document =>
  isDocument(operand) && (Object.keys(operand)[0] ?? '').startsWith('$');

/** What is at a path, and whether the elements of an array there count as well. */
interface Found {
  readonly leaves: readonly unknown[];
  readonly entered: boolean;
}

function passes(found: Found, operand: unknown): boolean {
  if (!hasOperators(operand)) return some(found, valueTest(operand));
  return Object.entries(operand).every(([name, argument]) => passesOne(found, name, argument));
}

function passesOne(found: Found, name: string, argument: unknown): boolean {
  const arrays = found.leaves.filter((leaf) => Array.isArray(leaf)) as unknown[][];
  switch (name) {
    case '$ne':
      return !some(found, equalTo(argument));
    case '$nin':
      return !passesOne(found, '$in', argument);
    case '$not':
      return !passes(found, argument);
    case '$exists':
      return found.leaves.some((leaf) => leaf !== undefined) === argument;
    case '$all': {
      const wanted = argument as unknown[];
      return wanted.length > 0 && wanted.every((item) => some(found, valueTest(item)));
    }
    case '$size':
      return arrays.some((array) => array.length === toDouble(argument as BsonNumber));
    case '$elemMatch':
      return arrays.flat().some((item) => elementMatches(item, argument as Document, false));
    default:
      return some(found, valueOperator(name, argument));
  }
}

const some = ({ leaves, entered }: Found, test: Test): boolean =>
  leaves.some((leaf) => test(leaf) || (entered && Array.isArray(leaf) && leaf.some(test)));

/** For `$elemMatch`, and for `$pull`, which also looks into an element that is an array. */
export function elementMatches(item: unknown, condition: Document, entered: boolean): boolean {
  if (hasOperators(condition)) return passes({ leaves: [item], entered }, condition);
  return isDocument(item) && matches(item, condition);
}

const valueTest = (operand: unknown): Test =>
  operand instanceof RegExp
    ? (value) => typeof value === 'string' && operand.test(value)
    : equalTo(operand);

const equalTo =
  (operand: unknown): Test =>
  (value) =>
    (value !== undefined || operand === null) && equal(value, operand);

function valueOperator(name: string, argument: unknown): Test {
  switch (name) {
    case '$eq':
      return equalTo(argument);
    case '$in': {
      const tests = (argument as unknown[]).map(valueTest);
      return (value) => tests.some((test) => test(value));
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return (value) => comparable(value, argument) && ordered(name, value, argument);
    case '$type':
      return (value) => value !== undefined && bsonTypes[argument as string]?.(value) === true;
    case '$mod': {
      const [divisor = 1n, remainder] = (argument as BsonNumber[]).map(whole);
      return (value) => {
        const number = isNumber(value) ? whole(value) : undefined;
        return number !== undefined && number % divisor === remainder;
      };
    }
    default:
      throw new Error(`the oracle does not know ${name}`);
  }
}

/** Without its fraction; undefined for NaN and infinities. */
function whole(value: BsonNumber): bigint | undefined {
  if (value instanceof Long) return value.toBigInt();
  const number = toDouble(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : undefined;
}

/** Comparisons stay within one type; null compares with null and missing. */
const comparable = (value: unknown, argument: unknown): boolean =>
  rankOf(value) === rankOf(argument) && isNaNumber(value) === isNaNumber(argument);

const isNaNumber = (value: unknown): boolean => isNumber(value) && Number.isNaN(toDouble(value));

function ordered(name: string, value: unknown, argument: unknown): boolean {
  const order = compare(value, argument);
  return name === '$gt'
    ? order > 0
    : name === '$gte'
      ? order >= 0
      : name === '$lt'
        ? order < 0
        : order <= 0;
}

const bsonTypes: Readonly<Record<string, Test>> = {
  int: (value) => isNumber(value) && value._bsontype === 'Int32',
  long: (value) => isNumber(value) && value._bsontype === 'Long',
  double: (value) => isNumber(value) && value._bsontype === 'Double',
  decimal: (value) => isNumber(value) && value._bsontype === 'Decimal128',
  number: isNumber,
  string: (value) => typeof value === 'string',
  object: isDocument,
  array: Array.isArray,
  objectId: (value) => rankOf(value) === 6,
  bool: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Date,
  null: (value) => value === null,
};
