import { CommandError } from '../errors.js';
import { encode } from '../bson/codec.js';
import type { Document } from '../bson/types.js';
import type { Store, StoredEntry, WriteOperation } from '../storage/store.js';
import type { Collection } from './model.js';
import { addToIndexes, createCollection, keysOf } from './collection.js';
import { idIndexDescription, parseIndexSpec } from './index-spec.js';
import { parseCollectionOptions } from './validation.js';

/** All collections of all databases, and how they are described on disk. */
export interface Catalog {
  find(database: string, name: string): Collection | undefined;
  create(database: string, name: string, options: Document): Collection;
  /** Takes the collection out; the operations remove it and its documents from disk. */
  drop(collection: Collection): WriteOperation[];
  rename(collection: Collection, name: string): void;
  list(database?: string): Collection[];
  databases(): string[];
  /** The operation that stores a collection's present options and indexes. */
  describe(collection: Collection): WriteOperation;
}

export function createCatalog(): Catalog & { restore(entry: StoredEntry): void } {
  const databases = new Map<string, Map<string, Collection>>();
  const byId = new Map<number, Collection>();
  let nextId = 1;

  const add = (collection: Collection): Collection => {
    const collections = databases.get(collection.database) ?? new Map<string, Collection>();
    databases.set(collection.database, collections);
    collections.set(collection.name, collection);
    byId.set(collection.id, collection);
    return collection;
  };

  const detach = (collection: Collection): void => {
    const collections = databases.get(collection.database);
    collections?.delete(collection.name);
    if (collections?.size === 0) databases.delete(collection.database);
  };

  return {
    find: (database, name) => databases.get(database)?.get(name),
    create(database, name, options) {
      checkNamespace(database, name);
      const parsed = parseCollectionOptions(options);
      const identity = { id: nextId++, database, name };
      return add(createCollection(identity, [parseIndexSpec(idIndexDescription)], parsed));
    },
    drop(collection) {
      detach(collection);
      byId.delete(collection.id);
      collection.dropped = true;
      const operations: WriteOperation[] = [
        { key: ['collection', collection.id], value: undefined },
      ];
      for (const record of collection.records.keys())
        operations.push({ key: ['document', collection.id, record], value: undefined });
      return operations;
    },
    rename(collection, name) {
      checkNamespace(collection.database, name);
      detach(collection);
      collection.name = name;
      add(collection);
    },
    list: (database) =>
      [...byId.values()].filter((collection) => !database || collection.database === database),
    databases: () => [...databases.keys()],
    describe: (collection) => ({
      key: ['collection', collection.id],
      value: encode({
        database: collection.database,
        name: collection.name,
        options: collection.options.description,
        indexes: collection.indexes.map(({ spec }) => spec.description),
      }),
    }),
    restore({ key, document }) {
      if (key[0] === 'collection') {
        nextId = Math.max(nextId, key[1] + 1);
        add(restoreCollection(key[1], document));
      } else if (key[0] === 'document') {
        const collection = byId.get(key[1]);
        if (collection) restoreDocument(collection, key[2], document);
      }
    },
  };
}

function restoreCollection(id: number, stored: Document): Collection {
  const { database, name, options, indexes } = stored as {
    database: string;
    name: string;
    options: Document;
    indexes: Document[];
  };
  const specs = indexes.map(parseIndexSpec);
  return createCollection({ id, database, name }, specs, parseCollectionOptions(options));
}

function restoreDocument(collection: Collection, record: number, document: Document): void {
  collection.records.set(record, document);
  collection.nextRecord = Math.max(collection.nextRecord, record + 1);
  addToIndexes(collection, keysOf(collection, document), record);
}

/** The rules for names that MongoDB gives, as far as they keep namespaces unambiguous. */
function checkNamespace(database: string, name: string): void {
  const wrong =
    name === '' ||
    name.startsWith('system.') ||
    name.includes('$') ||
    name.includes('\u0000') ||
    name.startsWith('.') ||
    name.endsWith('.') ||
    [...'/\\. "$\u0000'].some((forbidden) => database.includes(forbidden)) ||
    database === '' ||
    Buffer.byteLength(database) > 63;
  if (wrong)
    throw new CommandError('InvalidNamespace', `Invalid namespace specified '${database}.${name}'`);
}

/** Reads everything from disk into memory; indexes are built on the way. */
export function loadCatalog(
  store: Store,
  restoreSession: (id: string, document: Document) => void,
): Catalog {
  const catalog = createCatalog();
  for (const entry of store.load()) {
    if (entry.key[0] === 'session') restoreSession(entry.key[1], entry.document);
    else catalog.restore(entry);
  }
  return catalog;
}
