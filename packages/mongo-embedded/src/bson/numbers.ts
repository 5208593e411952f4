import { Decimal128, Double } from 'bson';
import { badValue } from '../errors.js';
import { fitsInt32, isInt32, isNumeric } from './types.js';

export type Numeric = number | bigint | Double | Decimal128;

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** A decimal as an exact fraction: coefficient × 10^exponent. */
interface Scaled {
  coefficient: bigint;
  exponent: number;
}

/** Sum with MongoDB's promotion: int32 → int64 → double → decimal, whichever is widest. */
export function add(left: Numeric, right: Numeric): Numeric {
  return combine(left, right, {
    integers: (a, b) => a + b,
    doubles: (a, b) => a + b,
    decimals: addScaled,
  });
}

/** Product with the same promotion as `add`. */
export function multiply(left: Numeric, right: Numeric): Numeric {
  return combine(left, right, {
    integers: (a, b) => a * b,
    doubles: (a, b) => a * b,
    decimals: (a, b) => ({
      coefficient: a.coefficient * b.coefficient,
      exponent: a.exponent + b.exponent,
    }),
  });
}

interface Arithmetic {
  integers: (a: bigint, b: bigint) => bigint;
  doubles: (a: number, b: number) => number;
  decimals: (a: Scaled, b: Scaled) => Scaled;
}

function combine(left: Numeric, right: Numeric, arithmetic: Arithmetic): Numeric {
  if (left instanceof Decimal128 || right instanceof Decimal128) {
    const a = toDecimalParts(left);
    const b = toDecimalParts(right);
    if (!a || !b) return Decimal128.fromString(String(arithmetic.doubles(toJs(left), toJs(right))));
    const { coefficient, exponent } = arithmetic.decimals(a, b);
    return Decimal128.fromStringWithRounding(`${coefficient}E${exponent}`);
  }
  if (isDouble(left) || isDouble(right)) return double(arithmetic.doubles(toJs(left), toJs(right)));
  const result = arithmetic.integers(BigInt(toJsInteger(left)), BigInt(toJsInteger(right)));
  const long = typeof left === 'bigint' || typeof right === 'bigint';
  if (result < int64Min || result > int64Max)
    throw badValue('Failed to apply the operation: the result is out of the int64 range');
  return !long && fitsInt32(result) ? Number(result) : result;
}

/** A double in this server's representation (see bson/types.ts). */
export function double(value: number): number | Double {
  return isInt32(value) ? new Double(value) : value;
}

export function isDouble(value: unknown): boolean {
  return value instanceof Double || (typeof value === 'number' && !isInt32(value));
}

export function toJs(value: Numeric): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Double ? value.value : Number(value.toString());
}

/** For bitwise operators and `$mod`: the integer, or undefined when the value is not integral. */
export function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (!isNumeric(value)) return undefined;
  const number = toJs(value);
  return Number.isInteger(number) ? BigInt(number) : undefined;
}

function toJsInteger(value: Numeric): number | bigint {
  return typeof value === 'bigint' ? value : toJs(value);
}

/** As an operand of decimal arithmetic: MongoDB takes 15 digits of a double, zeros at the end included. */
function toDecimalParts(value: Numeric): Scaled | undefined {
  const number = isDouble(value) ? toJs(value) : 0;
  return number === 0 || !Number.isFinite(number)
    ? toScaled(value)
    : scaledText(number.toPrecision(15));
}

/** Undefined for NaN and infinities, which no fraction can express. */
export function toScaled(value: Numeric): Scaled | undefined {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  return scaledText(value instanceof Decimal128 ? value.toString() : String(toJs(value)));
}

function scaledText(text: string): Scaled | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  return {
    coefficient: BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`),
    exponent: Number(exponent) - fraction.length,
  };
}

function addScaled(a: Scaled, b: Scaled): Scaled {
  const exponent = Math.min(a.exponent, b.exponent);
  const align = (value: Scaled): bigint =>
    value.coefficient * 10n ** BigInt(value.exponent - exponent);
  return { coefficient: align(a) + align(b), exponent };
}
