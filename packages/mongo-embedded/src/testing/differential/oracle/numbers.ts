import { Decimal128, Double, Int32, Long } from 'mongodb';
import { codes, Refusal } from './refusal.js';

export type BsonNumber = Int32 | Double | Long | Decimal128;

export function isNumber(value: unknown): value is BsonNumber {
  return (
    value instanceof Int32 ||
    value instanceof Double ||
    value instanceof Long ||
    value instanceof Decimal128
  );
}

export function toDouble(value: BsonNumber): number {
  if (value instanceof Double) return value.value;
  return value instanceof Long ? value.toNumber() : Number(value.toString());
}

/** By value across the types; NaN is the lowest number and equals itself. */
export function compareNumbers(left: BsonNumber, right: BsonNumber): number {
  const [a, b] = [toDouble(left), toDouble(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b ? 0 : a < b ? -1 : 1;
  const [one, other] = [fraction(left), fraction(right)];
  const difference = one.numerator * other.denominator - other.numerator * one.denominator;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** A finite number, exactly. */
function fraction(value: BsonNumber): { numerator: bigint; denominator: bigint } {
  if (value instanceof Decimal128) {
    const { coefficient, exponent } = decimalParts(value.toString());
    return exponent >= 0
      ? { numerator: coefficient * 10n ** BigInt(exponent), denominator: 1n }
      : { numerator: coefficient, denominator: 10n ** BigInt(-exponent) };
  }
  if (value instanceof Long) return { numerator: value.toBigInt(), denominator: 1n };
  let [number, denominator] = [toDouble(value), 1n];
  while (!Number.isInteger(number)) [number, denominator] = [number * 2, denominator * 2n];
  return { numerator: BigInt(number), denominator };
}

interface Decimal {
  coefficient: bigint;
  exponent: number;
}

function decimalParts(text: string): Decimal {
  const [mantissa = '0', exponent = '0'] = text.toUpperCase().split('E');
  const [whole = '0', places = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + places), exponent: Number(exponent) - places.length };
}

/** How MongoDB makes a decimal of another number: of a double it keeps 15 digits. */
function toDecimal(value: BsonNumber): Decimal {
  if (!(value instanceof Double)) return decimalParts(value.toString());
  return decimalParts(value.value === 0 ? '0' : value.value.toPrecision(15));
}

/** `$inc` and `$mul`: int32 widens to int64, integers to double, everything to decimal. */
export function calculate(
  kind: 'add' | 'multiply',
  left: BsonNumber,
  right: BsonNumber,
): BsonNumber {
  if (left instanceof Decimal128 || right instanceof Decimal128)
    return calculateDecimals(kind, left, right);
  if (left instanceof Double || right instanceof Double) {
    const [a, b] = [toDouble(left), toDouble(right)];
    return new Double(kind === 'add' ? a + b : a * b);
  }
  const [a, b] = [BigInt(left.toString()), BigInt(right.toString())];
  const result = kind === 'add' ? a + b : a * b;
  if (BigInt.asIntN(64, result) !== result) throw new Refusal(codes.badValue, 'int64 overflow');
  const narrow = left instanceof Int32 && right instanceof Int32;
  return narrow && BigInt.asIntN(32, result) === result
    ? new Int32(Number(result))
    : Long.fromBigInt(result);
}

function calculateDecimals(
  kind: 'add' | 'multiply',
  left: BsonNumber,
  right: BsonNumber,
): Decimal128 {
  const doubles = [toDouble(left), toDouble(right)] as const;
  if (!doubles.every(Number.isFinite)) {
    const special = kind === 'add' ? doubles[0] + doubles[1] : doubles[0] * doubles[1];
    return Decimal128.fromString(String(special));
  }
  const [a, b] = [toDecimal(left), toDecimal(right)];
  if (kind === 'multiply') return decimal(a.coefficient * b.coefficient, a.exponent + b.exponent);
  const exponent = Math.min(a.exponent, b.exponent);
  const aligned = [a, b].map((one) => one.coefficient * 10n ** BigInt(one.exponent - exponent));
  return decimal(
    aligned.reduce((sum, one) => sum + one, 0n),
    exponent,
  );
}

const decimal = (coefficient: bigint, exponent: number): Decimal128 =>
  Decimal128.fromStringWithRounding(`${coefficient}E${exponent}`);
