import { orderKey } from '../bson/order.js';
import { emptyArray, valuesAtPath } from '../bson/paths.js';
import type { Document } from '../bson/types.js';

/** The different values at a path, arrays element by element; missing fields give nothing. */
export function distinctValues(documents: readonly Document[], path: string): unknown[] {
  const parts = path.split('.');
  const values = new Map<string, unknown>();
  for (const document of documents) {
    for (const value of valuesAtPath(document, parts).values) {
      if (value === undefined || value === emptyArray) continue;
      const key = orderKey(value);
      if (!values.has(key)) values.set(key, value);
    }
  }
  return [...values.values()];
}
