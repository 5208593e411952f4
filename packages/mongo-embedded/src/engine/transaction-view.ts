import { writeConflict } from '../errors.js';
import type { Document } from '../bson/types.js';
import type { WriteOperation } from '../storage/store.js';
import type { IndexKeys } from './collection.js';
import { checkUnique, keysOf, namespaceOf } from './collection.js';
import { applyWrite, encodeChecked } from './committed-view.js';
import { duplicateKey } from './ordered-index.js';
import type { Collection, PrivateWrites, Transaction } from './model.js';
import type { Transactions } from './transaction.js';
import type { Candidate, CollectionView } from './view.js';
import { plannedRecords } from './view.js';

/** A transaction's view: its snapshot, with its own writes on top; nothing is visible outside yet. */
export function transactionView(collection: Collection, transaction: Transaction): CollectionView {
  const own = (): Map<number, Document | undefined> | undefined =>
    transaction.writes.get(collection)?.documents;
  const before = (): Map<number, Document | undefined> | undefined =>
    transaction.before.get(collection);

  /** Records whose visible state is not the committed one, so the indexes do not know it. */
  function* differing(): Generator<Candidate> {
    const writes = own();
    const snapshot = before();
    const records = new Set([...(writes?.keys() ?? []), ...(snapshot?.keys() ?? [])]);
    for (const record of records) {
      const document = writes?.has(record) ? writes.get(record) : snapshot?.get(record);
      if (document) yield { record, document };
    }
  }

  const write = (record: number, document: Document | undefined, keys: IndexKeys): void => {
    const writes = privateWrites(transaction, collection);
    forgetKeys(writes, record);
    writes.documents.set(record, document);
    for (const [at, { spec }] of collection.indexes.entries()) {
      if (!spec.unique) continue;
      const owned = writes.uniqueKeys.get(spec.name) ?? new Map<string, number>();
      writes.uniqueKeys.set(spec.name, owned);
      for (const key of keys[at] ?? []) owned.set(key, record);
    }
    collection.locks.set(record, transaction);
  };

  const checkRecord = ({ record }: Candidate): void => {
    const owner = collection.locks.get(record);
    if ((owner && owner !== transaction) || before()?.has(record)) throw writeConflict();
  };

  const checkKeys = (document: Document, keys: IndexKeys, self: number | undefined): void => {
    for (const [at, { spec }] of collection.indexes.entries()) {
      const owned = transaction.writes.get(collection)?.uniqueKeys.get(spec.name);
      const clash = (keys[at] ?? []).some((key) => (owned?.get(key) ?? self) !== self);
      if (spec.unique && clash) throw duplicateKey(namespaceOf(collection), spec, document);
      if (spec.unique) checkOtherTransactions(collection, transaction, spec.name, keys[at] ?? []);
    }
    const writes = own();
    const snapshot = before();
    checkUnique(collection, document, keys, (other) => {
      if (other === self || writes?.has(other)) return false;
      // The key came in after the snapshot: not a duplicate the transaction could have seen.
      if (snapshot?.has(other)) throw writeConflict();
      return true;
    });
  };

  return {
    collection,
    *candidates(plan) {
      const writes = own();
      const snapshot = before();
      for (const record of plannedRecords(collection, plan)) {
        if (writes?.has(record) || snapshot?.has(record)) continue;
        const document = collection.records.get(record);
        if (document) yield { record, document };
      }
      yield* differing();
    },
    keepsOrder: () => !own()?.size && !before()?.size,
    size() {
      const hidden = new Set([...(own()?.keys() ?? []), ...(before()?.keys() ?? [])]);
      let count = [...differing()].length + collection.records.size;
      for (const record of hidden) if (collection.records.has(record)) count--;
      return count;
    },
    insert(document) {
      encodeChecked(document);
      const keys = keysOf(collection, document);
      checkKeys(document, keys, undefined);
      write(collection.nextRecord++, document, keys);
    },
    replace(candidate, document) {
      checkRecord(candidate);
      encodeChecked(document);
      const keys = keysOf(collection, document);
      checkKeys(document, keys, candidate.record);
      write(candidate.record, document, keys);
    },
    remove(candidate) {
      checkRecord(candidate);
      write(candidate.record, undefined, []);
    },
    checkWritable: (candidates) => candidates.forEach(checkRecord),
  };
}

function privateWrites(transaction: Transaction, collection: Collection): PrivateWrites {
  let writes = transaction.writes.get(collection);
  if (!writes) {
    writes = { documents: new Map(), uniqueKeys: new Map() };
    transaction.writes.set(collection, writes);
  }
  return writes;
}

function forgetKeys(writes: PrivateWrites, record: number): void {
  if (!writes.documents.has(record)) return;
  for (const owned of writes.uniqueKeys.values())
    for (const [key, owner] of owned) if (owner === record) owned.delete(key);
}

/** Two open transactions may not both hold a unique key: the later one retries. */
function checkOtherTransactions(
  collection: Collection,
  transaction: Transaction,
  indexName: string,
  keys: readonly string[],
): void {
  for (const other of new Set(collection.locks.values())) {
    if (other === transaction) continue;
    const owned = other.writes.get(collection)?.uniqueKeys.get(indexName);
    if (owned && keys.some((key) => owned.has(key))) throw writeConflict();
  }
}

/**
 * Makes a transaction's writes the committed state, all of them or (on a conflict) none, and
 * answers what must reach the disk in one piece.
 */
export function commitWrites(
  transaction: Transaction,
  transactions: Transactions,
): WriteOperation[] {
  for (const [collection, { documents }] of transaction.writes) {
    if (collection.dropped) throw writeConflict();
    for (const [record, document] of documents) {
      if (!document) continue;
      const clash = (other: number): boolean => other !== record && !documents.has(other);
      const keys = keysOf(collection, document);
      if (collection.indexes.some((index, at) => index.conflict(keys[at] ?? [], clash)))
        throw writeConflict();
    }
  }
  const operations: WriteOperation[] = [];
  for (const [collection, { documents }] of transaction.writes) {
    for (const [record, document] of documents) {
      if (!document && !collection.records.has(record)) continue;
      applyWrite(collection, transactions, record, document, transaction);
      operations.push({
        key: ['document', collection.id, record],
        value: document && encodeChecked(document),
      });
    }
  }
  return operations;
}
