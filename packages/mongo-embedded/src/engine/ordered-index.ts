import { CommandError } from '../errors.js';
import { descendingKey, emptyArrayKey, highestKey, orderKey } from '../bson/order.js';
import { keyTuples } from '../bson/keys.js';
import { emptyArray, valuesAtPath } from '../bson/paths.js';
import { show } from '../bson/show.js';
import type { Document } from '../bson/types.js';
import { setField } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import type { CollectionIndex, IndexField, IndexSpec } from './index-spec.js';
import { orderedMap } from './ordered-map.js';
import type { KeyRange, OrderedMap } from './ordered-map.js';

/** Keys in MongoDB's order: for equality, ranges and sorts. */
export interface OrderedIndex extends CollectionIndex {
  readonly kind: 'ordered';
  readonly entries: OrderedMap;
  /** True once a document held an array on an indexed path: such an index cannot serve a sort. */
  readonly multikey: boolean;
  /** The parts of a document's key, one per field; for an index that is not multikey. */
  componentsOf(document: Document): string[];
}

/** The order key of one value under one index field. */
export function fieldKey(value: unknown, { direction }: IndexField): string {
  const key = value === emptyArray ? emptyArrayKey : orderKey(value);
  return direction === 1 ? key : descendingKey(key);
}

/** All entries whose key starts with `prefix`. */
export function prefixRange(prefix: string): KeyRange {
  // The next component starts with a bracket (or its inverse), which is always below U+FFFF.
  return { low: prefix, high: prefix + highestKey };
}

export function orderedIndex(spec: IndexSpec): OrderedIndex {
  const entries = orderedMap();
  const inPartial = spec.partialFilter ? compileFilter(spec.partialFilter) : () => true;
  const paths = spec.fields.map(({ parts }) => parts);
  let multikey = false;

  const keyOf = (tuple: readonly unknown[]): string => {
    let key = '';
    for (const [at, field] of spec.fields.entries()) key += fieldKey(tuple[at], field);
    return key;
  };

  return {
    kind: 'ordered',
    spec,
    entries,
    get multikey() {
      return multikey;
    },
    componentsOf(document) {
      const { tuples } = keyTuples(document, paths, () => parallelArrays(spec));
      return spec.fields.map((field, at) => fieldKey(tuples[0]?.[at], field));
    },
    keysOf(document) {
      if (!inPartial(document)) return [];
      const { tuples, array } = keyTuples(document, paths, () => parallelArrays(spec));
      multikey ||= array;
      const entered = spec.sparse ? tuples.filter((tuple) => !tuple.every(isMissing)) : tuples;
      const keys = entered.map(keyOf);
      return keys.length > 1 ? [...new Set(keys)] : keys;
    },
    conflict(keys, isOther) {
      if (!spec.unique) return false;
      return keys.some((key) => {
        for (const record of entries.values(prefixRange(key))) if (isOther(record)) return true;
        return false;
      });
    },
    insert(keys, record) {
      for (const key of keys) entries.set(key + recordKey(record), record);
    },
    remove(keys, record) {
      for (const key of keys) entries.delete(key + recordKey(record));
    },
  };
}

const isMissing = (value: unknown): boolean => value === undefined;

/** Makes entries of equal values distinct, in insertion order. */
function recordKey(record: number): string {
  return String.fromCharCode(
    Math.floor(record / 2 ** 32) & 0xffff,
    (record >>> 16) & 0xffff,
    record & 0xffff,
  );
}

function parallelArrays(spec: IndexSpec): CommandError {
  const paths = spec.fields.map(({ path }) => `[${path}]`).join(' ');
  return new CommandError('CannotIndexParallelArrays', `cannot index parallel arrays ${paths}`);
}

/** E11000 as MongoDB words it: drivers and people parse it. */
export function duplicateKey(namespace: string, spec: IndexSpec, document: Document): CommandError {
  const keyValue: Document = {};
  for (const { path, parts } of spec.fields) {
    const [value] = valuesAtPath(document, parts).values;
    setField(keyValue, path, value === undefined || value === emptyArray ? null : value);
  }
  const shown = Object.entries(keyValue)
    .map(([path, value]) => `${path}: ${show(value)}`)
    .join(', ');
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: { ${shown} }`,
    { extra: { keyPattern: spec.description['key'], keyValue } },
  );
}
