import { badValue, failedToParse, notImplemented, typeMismatch } from '../errors.js';
import type { Scored } from '../text/meta.js';
import { checkMeta } from '../text/meta.js';
import { compareKeys, descendingKey, emptyArrayKey, orderKey } from '../bson/order.js';
import { keyTuples } from '../bson/keys.js';
import { emptyArray } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { isDocument, toNumber } from '../bson/types.js';
import type { IndexField } from '../engine/index-spec.js';

export interface SortField extends IndexField {
  /** By how well a document fits the text that was searched for, best first. */
  textScore?: true;
}

/** What is sorted, and what its text score is if there is one. */
export interface Sortable {
  document: Document;
  textScore?: number;
}

/**
 * Checks a `sort` document; undefined or empty means natural order.
 * @param scored whether `{ $meta: 'textScore' }` has a meaning here
 */
export function parseSort(sort: unknown, scored: Scored = 'elsewhere'): SortField[] {
  if (sort === undefined) return [];
  if (!isDocument(sort)) throw typeMismatch("Expected field 'sort' to be of type object");
  const fields = Object.entries(sort).map(([path, value]): SortField => {
    if (isDocument(value)) {
      checkMeta(value, scored);
      return { path, parts: [], direction: -1, textScore: true };
    }
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

/** A document's place under a sort: an array counts by the element that comes first in that order. */
function sortKey(
  { document, textScore }: Sortable,
  fields: readonly SortField[],
  paths: readonly (readonly string[])[],
): string {
  const { tuples } = keyTuples(document, paths, parallelArrays);
  let first: string | undefined;
  for (const tuple of tuples) {
    let key = '';
    for (const [at, { direction, textScore: byScore }] of fields.entries()) {
      const value = byScore ? textScore : tuple[at];
      const part = value === emptyArray ? emptyArrayKey : orderKey(value);
      key += direction === 1 ? part : descendingKey(part);
    }
    if (first === undefined || key < first) first = key;
  }
  return first ?? '';
}

const parallelArrays = (): Error => badValue('cannot sort with keys that are parallel arrays');

/** A stable sort by `fields`; keys are computed once per document. */
export function sortBy<T>(
  items: readonly T[],
  fields: readonly SortField[],
  sortableOf: (item: T) => Sortable,
): T[] {
  const paths = fields.map(({ parts }) => parts);
  return items
    .map((item) => ({ item, key: sortKey(sortableOf(item), fields, paths) }))
    .sort((left, right) => compareKeys(left.key, right.key))
    .map(({ item }) => item);
}
