import { BSONRegExp, Double } from 'bson';
import type { Document } from '../bson/types.js';
import { isDocument, setField } from '../bson/types.js';
import { equalValues } from '../bson/order.js';
import { toRegExp } from '../query/operators.js';

/**
 * A deep copy with the numbers mingo can calculate with: doubles and safe int64 become JS numbers.
 * int64 beyond 2^53 and decimals stay what they are, so that no digit is lost silently.
 */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Double) return value.value;
  if (value instanceof BSONRegExp) return toRegExp(value);
  if (!isDocument(value)) return value;
  const copy: Document = {};
  for (const key of Object.keys(value)) setField(copy, key, toPlain(value[key]));
  return copy;
}

export const plainDocument = (document: Document): Document => toPlain(document) as Document;

/** After a pipeline update: what was not changed gets its BSON type (int64, double) back. */
export function restoreTypes(result: unknown, original: unknown): unknown {
  if (Array.isArray(result)) {
    const before: unknown[] = Array.isArray(original) ? original : [];
    return result.map((item, at) => restoreTypes(item, before[at]));
  }
  if (isDocument(result)) {
    const before = isDocument(original) ? original : {};
    const restored: Document = {};
    for (const key of Object.keys(result))
      if (result[key] !== undefined)
        setField(restored, key, restoreTypes(result[key], before[key]));
    return restored;
  }
  return original !== undefined && equalValues(result, original) ? original : result;
}
