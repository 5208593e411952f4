import { badValue, failedToParse, notImplemented, typeMismatch } from '../errors.js';
import { compareKeys, descendingKey, emptyArrayKey, orderKey } from '../bson/order.js';
import { emptyArray, valuesAtPath } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { isDocument, toNumber } from '../bson/types.js';
import type { IndexField } from '../engine/index-spec.js';

export type SortField = IndexField;

/** Checks a `sort` document; undefined or empty means natural order. */
export function parseSort(sort: unknown): SortField[] {
  if (sort === undefined) return [];
  if (!isDocument(sort)) throw typeMismatch("Expected field 'sort' to be of type object");
  const fields = Object.entries(sort).map(([path, value]): SortField => {
    if (isDocument(value)) throw notImplemented('sorting by $meta');
    if (path === '$natural') throw notImplemented('sorting by $natural');
    const direction = toNumber(value);
    if (direction !== 1 && direction !== -1)
      throw badValue('$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    const parts = path.split('.');
    if (parts.some((part) => part === '' || part.startsWith('$')))
      throw failedToParse(`FieldPath '${path}' is not a valid sort path`);
    return { path, parts, direction };
  });
  if (fields.length > 32) throw badValue('too many compound keys');
  return fields;
}

/** A document's place under a sort: arrays count by their lowest (descending: highest) element. */
export function sortKey(document: Document, fields: readonly SortField[]): string {
  let key = '';
  for (const { parts, direction } of fields) {
    let best: string | undefined;
    for (const value of valuesAtPath(document, parts).values) {
      const candidate = value === emptyArray ? emptyArrayKey : orderKey(value);
      if (best === undefined || (direction === 1 ? candidate < best : candidate > best))
        best = candidate;
    }
    key += direction === 1 ? (best ?? '') : descendingKey(best ?? '');
  }
  return key;
}

/** A stable sort by `fields`; keys are computed once per document. */
export function sortBy<T>(
  items: readonly T[],
  fields: readonly SortField[],
  documentOf: (item: T) => Document,
): T[] {
  return items
    .map((item) => ({ item, key: sortKey(documentOf(item), fields) }))
    .sort((left, right) => compareKeys(left.key, right.key))
    .map(({ item }) => item);
}
