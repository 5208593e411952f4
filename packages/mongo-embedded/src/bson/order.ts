import type { BSONSymbol, Decimal128 } from 'bson';
import type { Binary, BSONRegExp, Code, Double, ObjectId, Timestamp } from 'bson';
import type { Document, TypeName } from './types.js';
import { typeName } from './types.js';
import { toJs, toScaled } from './numbers.js';

/**
 * MongoDB's comparison order as strings: `orderKey(a) < orderKey(b)` exactly when a sorts before b,
 * and equal keys mean equal values (1, 1.0 and NumberLong(1) are equal). One encoding serves
 * indexes, sorts, unique checks, `$addToSet`, `distinct` and `_id` look-ups, so they cannot
 * disagree. No key is a prefix of another, so keys can be concatenated into compound keys.
 */
export function orderKey(value: unknown): string {
  const type = typeName(value);
  return brackets[type] + body(value, type);
}

/** The same for a descending field. */
export function descendingKey(key: string): string {
  let inverted = '';
  for (let index = 0; index < key.length; index++)
    inverted += String.fromCharCode(0xffff - key.charCodeAt(index));
  return inverted;
}

export function compareKeys(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function compareValues(left: unknown, right: unknown): number {
  // Not by subtraction: Infinity − Infinity is NaN. NaN itself goes the long way.
  if (typeof left === 'number' && typeof right === 'number' && left === left && right === right)
    return left < right ? -1 : left > right ? 1 : 0;
  return compareKeys(orderKey(left), orderKey(right));
}

export function equalValues(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left === 'string' || typeof right === 'string') return false;
  return orderKey(left) === orderKey(right);
}

/** The first character of every key of the type's bracket: comparisons never cross brackets. */
export function bracketOf(value: unknown): string {
  return brackets[typeName(value)];
}

/** An empty array indexes as this: below null, above MinKey. */
export const emptyArrayKey = '\u0003';
/** Above the first character of every key, ascending or descending. */
export const highestKey = '\uffff';

const brackets: Record<TypeName, string> = {
  minKey: '\u0001',
  undefined: '\u0005',
  null: '\u0005',
  int: '\u0010',
  long: '\u0010',
  double: '\u0010',
  decimal: '\u0010',
  string: '\u0020',
  symbol: '\u0020',
  object: '\u0030',
  array: '\u0040',
  binData: '\u0050',
  objectId: '\u0060',
  bool: '\u0070',
  date: '\u0080',
  timestamp: '\u0090',
  regex: '\u00a0',
  dbPointer: '\u00b0',
  javascript: '\u00c0',
  javascriptWithScope: '\u00d0',
  maxKey: '\u00f0',
};

const end = '\u0000';

/** What follows the bracket, by type. */
const bodies: Record<TypeName, (value: never) => string> = {
  minKey: () => '',
  undefined: () => '',
  null: () => '',
  maxKey: () => '',
  int: (value: number) => plainKey(value),
  double: (value: number | Double) => plainKey(typeof value === 'number' ? value : value.value),
  long: (value: bigint) => wideKey(value),
  decimal: (value: Decimal128) => wideKey(value),
  string: (value: string) => textKey(value),
  symbol: (value: BSONSymbol) => textKey(value.value),
  object: (value: Document) => documentKey(value),
  array: (value: unknown[]) => value.map(orderKey).join('') + end,
  binData: (value: Binary) => binaryKey(value),
  objectId: (value: ObjectId) => bytesKey(value.id),
  bool: (value: boolean) => (value ? '\u0001' : end),
  date: (value: Date) => doubleBits(value.getTime()),
  timestamp: (value: Timestamp) => wordKey(value.t) + wordKey(value.i),
  regex: (value: BSONRegExp | RegExp) =>
    value instanceof RegExp
      ? textKey(value.source) + textKey(value.flags)
      : textKey(value.pattern) + textKey(value.options),
  dbPointer: () => '',
  javascript: (value: Code) => textKey(value.code),
  javascriptWithScope: (value: Code) => textKey(value.code) + documentKey(value.scope ?? {}),
};

const body = (value: unknown, type: TypeName): string => bodies[type](value as never);

/** Binary data compares by length, then subtype, then bytes. */
function binaryKey(binary: Binary): string {
  const bytes = binary.value();
  return wordKey(bytes.length) + String.fromCharCode(binary.sub_type) + bytesKey(bytes);
}

const floats = new Float64Array(1);
const words = new Uint32Array(floats.buffer);

/** The bits of a double, arranged so that they compare like the number does. */
function doubleBits(value: number): string {
  // NaN is the lowest number in MongoDB's order.
  if (Number.isNaN(value)) return '\u0000\u0000\u0000\u0000';
  floats[0] = value === 0 ? 0 : value;
  let high = words[1] ?? 0;
  let low = words[0] ?? 0;
  if (high >>> 31) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else high = (high | 0x80000000) >>> 0;
  return wordKey(high) + wordKey(low);
}

const noRest = '\u8000';
const plainKey = (value: number): string => doubleBits(value) + noRest;

/**
 * An int64 or decimal is its nearest double followed by what that double leaves over, as doubles:
 * exact for 64-bit integers and for the first 32 digits of a decimal.
 */
function wideKey(value: bigint | Decimal128): string {
  const nearest = toJs(value);
  if (!Number.isFinite(nearest)) return doubleBits(nearest) + noRest;
  const difference = scaledDifference(value, nearest);
  if (difference === undefined) return doubleBits(nearest) + noRest;
  const sign = difference < 0 ? '\u7fff' : '\u8001';
  return doubleBits(nearest) + sign + doubleBits(difference);
}

/** value − nearest as a double, undefined when the double is exact. */
function scaledDifference(value: bigint | Decimal128, nearest: number): number | undefined {
  const exact = toScaled(value);
  if (!exact) return undefined;
  const { numerator, denominatorPower } = fraction(nearest);
  // Both over the common denominator 10^e · 2^p.
  const tens = 10n ** BigInt(Math.max(0, -exact.exponent));
  const scaled = exact.coefficient * 10n ** BigInt(Math.max(0, exact.exponent));
  const difference = (scaled << BigInt(denominatorPower)) - numerator * tens;
  if (difference === 0n) return undefined;
  return ratio(difference, tens << BigInt(denominatorPower));
}

/** A finite double as numerator / 2^denominatorPower. */
function fraction(value: number): { numerator: bigint; denominatorPower: number } {
  let power = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power++;
  }
  return { numerator: BigInt(scaled), denominatorPower: power };
}

/** a / b for big integers without overflow: keeps 64 significant bits of the quotient. */
function ratio(a: bigint, b: bigint): number {
  const negative = a < 0n;
  const dividend = negative ? -a : a;
  const shift = Math.max(0, b.toString(2).length - dividend.toString(2).length + 64);
  const quotient = Number((dividend << BigInt(shift)) / b) * 2 ** -shift;
  return negative ? -quotient : quotient;
}

function wordKey(value: number): string {
  return String.fromCharCode(value >>> 16, value & 0xffff);
}

function bytesKey(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

// eslint-disable-next-line no-control-regex -- NUL ends a key, so the one inside a text is escaped
const nul = /\u0000/g;
const outsideBasicPlane = /[\ud800-\uffff]/;

/** MongoDB compares UTF-8 bytes; JavaScript compares UTF-16 units: the two differ above U+D7FF. */
function textKey(text: string): string {
  const escaped = text.includes('\u0000') ? text.replace(nul, '\u0000\u0001') : text;
  if (!outsideBasicPlane.test(escaped)) return escaped + end + end;
  let key = '';
  for (let index = 0; index < escaped.length; index++) {
    const unit = escaped.charCodeAt(index);
    const moved = unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
    key += String.fromCharCode(moved);
  }
  return key + end + end;
}

/** Documents compare field by field: type, then name, then value; the shorter one is lower. */
function documentKey(document: Document): string {
  let key = '';
  for (const name of Object.keys(document)) {
    const value = document[name];
    if (value === undefined) continue;
    const type = typeName(value);
    key += brackets[type] + textKey(name) + body(value, type);
  }
  return key + end;
}
