import { BSONRegExp, Binary, Decimal128, Double, MaxKey, MinKey } from 'bson';
import { badValue, notImplemented } from '../errors.js';
import { bracketOf, compareValues, equalValues, orderKey } from '../bson/order.js';
import { toInteger } from '../bson/numbers.js';
import type { TypeName } from '../bson/types.js';
import { isDocument, isNumeric, toNumber, typeName, typeNumbers } from '../bson/types.js';

export type ValueTest = (value: unknown) => boolean;

export interface FilterContext {
  /** Variables of `let`, visible to `$expr`. */
  variables?: Record<string, unknown>;
  /** The candidates come from a search for the filter's `$text`, so that condition holds already. */
  textSearched?: boolean;
}

interface Compiled {
  test: (value: unknown) => boolean;
  /** The operator speaks of the array as such (`$size`), not of its elements. */
  wholeArray?: boolean;
}

type CompileOperator = (operand: unknown, siblings: Record<string, unknown>) => Compiled;

/** Equality as queries mean it: null also equals a missing field. */
export function equality(operand: unknown): ValueTest {
  if (operand === null || operand === undefined)
    return (value) => value === null || value === undefined;
  if (typeof operand === 'string' || typeof operand === 'boolean')
    return (value) => value === operand;
  if (typeof operand === 'number' && !Number.isNaN(operand))
    return (value) =>
      typeof value === 'number'
        ? value === operand
        : isNumeric(value) && equalValues(value, operand);
  const wanted = orderKey(operand);
  const bracket = bracketOf(operand);
  return (value) =>
    value !== undefined && bracketOf(value) === bracket && orderKey(value) === wanted;
}

/** A comparison holds only between values of one type bracket, and NaN compares with NaN alone. */
function ordering(operand: unknown, accepts: (order: number) => boolean): ValueTest {
  if (operand === null || operand === undefined) return accepts(0) ? equality(null) : () => false;
  if (isNaN(operand)) return (value) => accepts(0) && isNaN(value);
  if (isNumeric(operand))
    return (value) => isNumeric(value) && !isNaN(value) && accepts(compareValues(value, operand));
  if (operand instanceof Date) {
    const time = operand.getTime();
    return (value) => value instanceof Date && accepts(value.getTime() - time);
  }
  const bracket = bracketOf(operand);
  // MinKey and MaxKey are compared with everything; other values only within their bracket.
  const anyType = operand instanceof MinKey || operand instanceof MaxKey;
  return (value) =>
    value !== undefined &&
    (anyType || bracketOf(value) === bracket) &&
    accepts(compareValues(value, operand));
}

const isNaN = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isNaN(value)
    : value instanceof Decimal128 && value.toString() === 'NaN';

const compare =
  (accepts: (order: number) => boolean): CompileOperator =>
  (operand) => {
    if (isRegex(operand)) throw badValue("Can't have RegEx as arg to predicate over field");
    return { test: ordering(operand, accepts) };
  };

export const valueOperators: Record<string, CompileOperator> = {
  $eq: (operand) => ({ test: equality(operand) }),
  $gt: compare((order) => order > 0),
  $gte: compare((order) => order >= 0),
  $lt: compare((order) => order < 0),
  $lte: compare((order) => order <= 0),
  $in: (operand) => ({ test: oneOf(operand) }),
  $regex: (operand, siblings) => ({ test: regexTest(operand, siblings['$options']) }),
  $size: (operand) => {
    const size = toNumber(operand);
    if (size === undefined || !Number.isInteger(size) || size < 0)
      throw badValue('$size needs a non-negative integer');
    return { test: (value) => (value as unknown[]).length === size, wholeArray: true };
  },
  $type: (operand) => ({ test: typeTest(operand) }),
  $mod: (operand) => ({ test: modulo(operand) }),
  $bitsAllSet: bits((value, mask) => (value & mask) === mask),
  $bitsAnySet: bits((value, mask) => (value & mask) !== 0n),
  $bitsAllClear: bits((value, mask) => (value & mask) === 0n),
  $bitsAnyClear: bits((value, mask) => (value & mask) !== mask),
};

function oneOf(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw badValue('$in needs an array');
  const keys = new Set<string>();
  const expressions: ValueTest[] = [];
  for (const item of operand as unknown[]) {
    if (isRegex(item)) expressions.push(regexTest(item));
    else if (isDocument(item) && Object.keys(item)[0]?.startsWith('$'))
      throw badValue('cannot nest $ under $in');
    else keys.add(orderKey(item));
  }
  return (value) => keys.has(orderKey(value)) || expressions.some((test) => test(value));
}

export function isRegex(value: unknown): value is BSONRegExp | RegExp {
  return value instanceof BSONRegExp || value instanceof RegExp;
}

export function toRegExp(pattern: unknown, options?: unknown): RegExp {
  let source: string;
  let flags = '';
  if (pattern instanceof BSONRegExp) [source, flags] = [pattern.pattern, pattern.options];
  else if (pattern instanceof RegExp) [source, flags] = [pattern.source, pattern.flags];
  else if (typeof pattern === 'string') source = pattern;
  else throw badValue('$regex has to be a string');
  if (options !== undefined) {
    if (typeof options !== 'string') throw badValue('$options has to be a string');
    flags = options;
  }
  if (flags.includes('x')) throw notImplemented('the regular expression option x');
  const unknownFlag = /[^imsu]/.exec(flags.replaceAll('g', ''));
  if (unknownFlag) throw badValue(`invalid flag in regex options: ${unknownFlag[0]}`);
  // PCRE writes inline flags at the start, which JavaScript does not know.
  const inline = /^\(\?([ims]+)\)/.exec(source);
  if (inline) [source, flags] = [source.slice(inline[0].length), flags + (inline[1] ?? '')];
  try {
    return new RegExp(source, [...new Set(flags.replaceAll(/[gu]/g, ''))].join(''));
  } catch (error) {
    throw badValue(`Regular expression is invalid: ${(error as Error).message}`);
  }
}

export function regexTest(pattern: unknown, options?: unknown): ValueTest {
  const expression = toRegExp(pattern, options);
  return (value) =>
    typeof value === 'string'
      ? expression.test(value)
      : isRegex(value) && isRegex(pattern) && equalValues(value, pattern);
}

/** The BSON types that a `$type` operand (alias, number, or a list of them) names. */
export function typeSet(operand: unknown): ReadonlySet<TypeName> {
  const names = new Set<TypeName>();
  for (const item of Array.isArray(operand) ? (operand as unknown[]) : [operand]) {
    if (item === 'number') {
      for (const name of ['int', 'long', 'double', 'decimal'] as const) names.add(name);
      continue;
    }
    const code = item instanceof Double ? item.value : item;
    const found = (Object.keys(typeNumbers) as TypeName[]).find(
      (name) => name === code || typeNumbers[name] === code,
    );
    if (!found) throw badValue(`Unknown type name alias: ${String(item)}`);
    names.add(found);
  }
  return names;
}

function typeTest(operand: unknown): ValueTest {
  const names = typeSet(operand);
  return (value) => value !== undefined && names.has(typeName(value));
}

function modulo(operand: unknown): ValueTest {
  if (!Array.isArray(operand) || operand.length !== 2)
    throw badValue('malformed mod, needs to be an array of two numbers');
  const [divisor, remainder] = (operand as unknown[]).map((item) => {
    const number = toNumber(item);
    if (number === undefined || !Number.isFinite(number)) throw badValue('malformed mod');
    return BigInt(Math.trunc(number));
  });
  if (divisor === 0n) throw badValue('divisor cannot be 0');
  return (value) => {
    const number = toNumber(value);
    if (number === undefined || !Number.isFinite(number) || divisor === undefined) return false;
    const integer = typeof value === 'bigint' ? value : BigInt(Math.trunc(number));
    return integer % divisor === remainder;
  };
}

function bits(holds: (value: bigint, mask: bigint) => boolean): CompileOperator {
  return (operand) => {
    const mask = bitMask(operand);
    return {
      test: (value) => {
        const integer = toInteger(value);
        return integer !== undefined && holds(BigInt.asUintN(64, integer), mask);
      },
    };
  };
}

function bitMask(operand: unknown): bigint {
  if (operand instanceof Binary) throw notImplemented('a binary bit mask');
  const positions = Array.isArray(operand) ? (operand as unknown[]).map(toInteger) : undefined;
  const mask = positions
    ? positions.reduce<bigint>((sum, at) => sum | (1n << (at ?? -1n)), 0n)
    : toInteger(operand);
  if (mask === undefined || mask < 0n) throw badValue('bit mask has to be a non-negative integer');
  return mask;
}
