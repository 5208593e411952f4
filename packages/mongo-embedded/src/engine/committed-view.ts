import { CommandError } from '../errors.js';
import { encode } from '../bson/codec.js';
import type { Document } from '../bson/types.js';
import { addToIndexes, checkUnique, keysOf, removeFromIndexes } from './collection.js';
import type { Collection, Transaction } from './model.js';
import type { Transactions } from './transaction.js';
import { LockedByTransaction } from './transaction.js';
import type { Candidate, CollectionView, WriteLog } from './view.js';
import { plannedRecords } from './view.js';

/** MongoDB's limit for one document, in bytes. */
export const maxDocumentSize = 16 * 1024 * 1024;

/** Reads and writes the committed state directly: commands outside a transaction. */
export function committedView(
  collection: Collection,
  transactions: Transactions,
  log: WriteLog,
): CollectionView {
  const checkLock = (record: number): void => {
    const owner = collection.locks.get(record);
    if (owner) throw new LockedByTransaction(owner);
  };

  return {
    collection,
    *candidates(plan) {
      for (const record of plannedRecords(collection, plan)) {
        const document = collection.records.get(record);
        if (document) yield { record, document };
      }
    },
    keepsOrder: () => true,
    size: () => collection.records.size,
    insert(document) {
      const bytes = encodeChecked(document);
      const keys = keysOf(collection, document);
      checkUnique(collection, document, keys, () => true);
      const record = collection.nextRecord++;
      transactions.preserve(collection, record, undefined);
      collection.records.set(record, document);
      addToIndexes(collection, keys, record);
      log.push({ key: ['document', collection.id, record], value: bytes });
    },
    replace(candidate, document) {
      checkLock(candidate.record);
      const bytes = encodeChecked(document);
      const keys = keysOf(collection, document);
      checkUnique(collection, document, keys, (other) => other !== candidate.record);
      applyWrite(collection, transactions, candidate.record, document);
      log.push({ key: ['document', collection.id, candidate.record], value: bytes });
    },
    remove({ record }: Candidate) {
      checkLock(record);
      applyWrite(collection, transactions, record, undefined);
      log.push({ key: ['document', collection.id, record], value: undefined });
    },
    checkWritable(candidates) {
      for (const { record } of candidates) checkLock(record);
    },
  };
}

/** Puts a record's new state (undefined: deleted) into the committed data and the indexes. */
export function applyWrite(
  collection: Collection,
  transactions: Transactions,
  record: number,
  document: Document | undefined,
  by?: Transaction,
): void {
  const previous = collection.records.get(record);
  transactions.preserve(collection, record, previous, by);
  if (previous) removeFromIndexes(collection, previous, record);
  if (document) {
    collection.records.set(record, document);
    addToIndexes(collection, keysOf(collection, document), record);
  } else collection.records.delete(record);
}

export function encodeChecked(document: Document): Uint8Array {
  const bytes = encode(document);
  if (bytes.length > maxDocumentSize)
    throw new CommandError(
      'BSONObjectTooLarge',
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${maxDocumentSize}`,
    );
  return bytes;
}
