import { Timestamp } from 'bson';
import type { CommandError } from '../errors.js';
import { badValue, failedToParse, typeMismatch } from '../errors.js';
import { compareValues, equalValues } from '../bson/order.js';
import type { Numeric } from '../bson/numbers.js';
import { add, multiply } from '../bson/numbers.js';
import { show } from '../bson/show.js';
import { clone, fitsInt32, isDocument, isNumeric, toNumber, typeName } from '../bson/types.js';
import { elementMatches } from '../query/filter.js';
import type { Place } from './places.js';
import { push } from './push.js';

/** Applies one operator at one place; `path` is for messages. */
type Apply = (place: Place, operand: unknown, path: string) => void;

function arithmetic(name: string, compute: (a: Numeric, b: Numeric) => Numeric, start: 0): Apply {
  return (place, operand, path) => {
    if (!isNumeric(operand))
      throw typeMismatch(`Cannot ${name} with non-numeric argument: {${path}: ${show(operand)}}`);
    const current = place.get();
    if (current !== undefined && !isNumeric(current))
      throw typeMismatch(
        `Cannot apply $${name} to a value of non-numeric type. The field '${path}' is of type ${typeName(current)}`,
      );
    if (current === undefined && name === 'inc') place.set(operand);
    else place.set(compute(current ?? start, operand));
  };
}

function extreme(sign: 1 | -1): Apply {
  return (place, operand) => {
    const current = place.get();
    if (current === undefined || compareValues(operand, current) * sign < 0)
      place.set(clone(operand));
  };
}

/** The array at a place: undefined when missing, an error when it is something else. */
function arrayAt(place: Place, operator: string, path: string): unknown[] | undefined {
  const current = place.get();
  if (current === undefined) return undefined;
  if (!Array.isArray(current)) {
    const refusal = `Cannot apply ${operator} to a non-array field. Field named '${path}' has a non-array type ${typeName(current)}`;
    throw operator === '$pop' ? typeMismatch(refusal) : badValue(refusal);
  }
  return current as unknown[];
}

function addToSet(place: Place, operand: unknown, path: string): void {
  const each = isDocument(operand) && '$each' in operand ? operand['$each'] : [operand];
  if (!Array.isArray(each))
    throw typeMismatch('The argument to $each in $addToSet must be an array');
  if (isDocument(operand) && '$each' in operand && Object.keys(operand).length > 1)
    throw badValue('Found unexpected fields after $each in $addToSet');
  const result = [...(arrayAt(place, '$addToSet', path) ?? [])];
  for (const value of each as unknown[])
    if (!result.some((item) => equalValues(item, value))) result.push(clone(value));
  place.set(result);
}

function removeWhere(
  operator: string,
  matcher: (operand: unknown) => (item: unknown) => boolean,
): Apply {
  return (place, operand, path) => {
    const matches = matcher(operand);
    place.checkViable();
    const array = arrayAt(place, operator, path);
    if (array?.some(matches)) place.set(array.filter((item) => !matches(item)));
  };
}

function pop(place: Place, operand: unknown, path: string): void {
  const end = toNumber(operand);
  if (end !== 1 && end !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${show(operand)}`);
  place.checkViable();
  const array = arrayAt(place, '$pop', path);
  if (array?.length) place.set(end === 1 ? array.slice(0, -1) : array.slice(1));
}

function currentDate(place: Place, operand: unknown): void {
  const type = isDocument(operand) ? operand['$type'] : operand;
  if (type === true || type === 'date' || (type === false && !isDocument(operand)))
    place.set(new Date());
  else if (type === 'timestamp') place.set(serverTimestamp());
  else throw badValue(`$currentDate needs a boolean or { $type: 'date' | 'timestamp' }`);
}

let ordinal = 0;
export const serverTimestamp = (): Timestamp =>
  new Timestamp({ t: Math.floor(Date.now() / 1000), i: ++ordinal });

function bit(place: Place, operand: unknown, path: string): void {
  const current = place.get() ?? 0;
  if (!isDocument(operand)) throw badValue('The $bit modifier needs an object');
  let value = integerOf(current, path);
  let long = typeof current === 'bigint';
  for (const [operator, argument] of Object.entries(operand)) {
    const mask = integerOf(argument, path);
    long ||= typeof argument === 'bigint';
    if (operator === 'and') value &= mask;
    else if (operator === 'or') value |= mask;
    else if (operator === 'xor') value ^= mask;
    else
      throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${operator}'`);
  }
  place.set(long || !fitsInt32(value) ? value : Number(value));
}

function integerOf(value: unknown, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw badValue(`Cannot apply $bit to a value of non-integral type at '${path}'`);
}

/** All update operators that act place by place; `$rename` and `$setOnInsert` are handled around. */
export const operators: Readonly<Record<string, Apply>> = {
  $set: (place, operand) => place.set(clone(operand)),
  $setOnInsert: (place, operand) => place.set(clone(operand)),
  $unset: (place) => place.unset(),
  $inc: arithmetic('inc', add, 0),
  $mul: arithmetic('mul', multiply, 0),
  $min: extreme(1),
  $max: extreme(-1),
  $currentDate: currentDate,
  $push: (place, operand, path) => place.set(push(arrayAt(place, '$push', path) ?? [], operand)),
  $addToSet: addToSet,
  $pull: removeWhere('$pull', elementMatches),
  $pullAll: removeWhere('$pullAll', (operand) => {
    if (!Array.isArray(operand)) throw badValue('$pullAll requires an array argument');
    return (item) => (operand as unknown[]).some((value) => equalValues(value, item));
  }),
  $pop: pop,
  $bit: bit,
};

/** `$rename: { from: 'to' }` moves a field; arrays may not be crossed. */
export function rename(from: Place, to: Place): void {
  from.checkViable();
  const value = from.get();
  if (value === undefined) return;
  if (from.inArray()) throw badValue('The source field cannot be an array element');
  if (to.inArray()) throw badValue('The destination field cannot be an array element');
  const current = to.get();
  if (current === undefined || !equalValues(current, value)) to.set(value);
  from.unset();
}

export function unknownModifier(name: string): CommandError {
  return failedToParse(
    `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
  );
}
