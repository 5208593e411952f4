import type { Document } from '../bson/types.js';
import type { IndexSpec } from './index-spec.js';
import { duplicateKey, orderedIndex } from './ordered-index.js';
import { textIndex } from './text-index.js';
import type { AnyIndex, Collection } from './model.js';
import type { CollectionOptions } from './validation.js';

export const namespaceOf = ({ database, name }: Collection): string => `${database}.${name}`;

export function createCollection(
  identity: { id: number; database: string; name: string },
  specs: readonly IndexSpec[],
  options: CollectionOptions,
): Collection {
  return {
    ...identity,
    records: new Map(),
    indexes: specs.map(createIndex),
    options,
    nextRecord: 1,
    dropped: false,
    locks: new Map(),
  };
}

const createIndex = (spec: IndexSpec): AnyIndex =>
  spec.text ? textIndex(spec, spec.text) : orderedIndex(spec);

/** What every index says about a document: computed before anything is changed, since it may throw. */
export type IndexKeys = string[][];

export function keysOf(collection: Collection, document: Document): IndexKeys {
  return collection.indexes.map((index) => index.keysOf(document));
}

/** Throws E11000 if `document` would share a unique key with a record that `isOther` accepts. */
export function checkUnique(
  collection: Collection,
  document: Document,
  keys: IndexKeys,
  isOther: (record: number) => boolean,
): void {
  for (const [at, index] of collection.indexes.entries()) {
    if (index.conflict(keys[at] ?? [], isOther))
      throw duplicateKey(namespaceOf(collection), index.spec, document);
  }
}

export function addToIndexes(collection: Collection, keys: IndexKeys, record: number): void {
  for (const [at, index] of collection.indexes.entries()) index.insert(keys[at] ?? [], record);
}

export function removeFromIndexes(
  collection: Collection,
  document: Document,
  record: number,
): void {
  for (const index of collection.indexes) index.remove(index.keysOf(document), record);
}

/** Builds an index over the present documents; throws E11000 and adds nothing if they clash. */
export function buildIndex(collection: Collection, spec: IndexSpec): void {
  const index = createIndex(spec);
  for (const [record, document] of collection.records) {
    const keys = index.keysOf(document);
    if (index.conflict(keys, (other) => other !== record))
      throw duplicateKey(namespaceOf(collection), spec, document);
    index.insert(keys, record);
  }
  collection.indexes = [...collection.indexes, index];
}
