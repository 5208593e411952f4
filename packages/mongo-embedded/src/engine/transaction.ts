import type { Document } from '../bson/types.js';
import type { Collection, Transaction } from './model.js';

/** Thrown to a write outside transactions that meets an open transaction's record; it waits. */
export class LockedByTransaction extends Error {
  readonly transaction: Transaction;
  constructor(transaction: Transaction) {
    super('the record is locked by an open transaction');
    this.transaction = transaction;
  }
}

/** The open transactions, and the duty to keep what they saw. */
export interface Transactions {
  begin(): Transaction;
  /** Called before a committed record changes. `by` is the transaction that changes it. */
  preserve(
    collection: Collection,
    record: number,
    document: Document | undefined,
    by?: Transaction,
  ): void;
  readonly open: ReadonlySet<Transaction>;
}

export function createTransactions(clock: () => number = Date.now): Transactions {
  const open = new Set<Transaction>();
  return {
    open,
    begin() {
      let resolveEnded = (): void => undefined;
      const ended = new Promise<void>((resolve) => {
        resolveEnded = resolve;
      });
      const transaction: Transaction = {
        startedAt: clock(),
        state: 'open',
        writes: new Map(),
        before: new Map(),
        ended,
        end(state) {
          transaction.state = state;
          open.delete(transaction);
          releaseLocks(transaction);
          resolveEnded();
        },
      };
      open.add(transaction);
      return transaction;
    },
    preserve(collection, record, document, by) {
      for (const transaction of open) {
        if (transaction === by) continue;
        const seen = transaction.before.get(collection) ?? new Map<number, Document | undefined>();
        transaction.before.set(collection, seen);
        if (!seen.has(record)) seen.set(record, document);
      }
    },
  };
}

function releaseLocks(transaction: Transaction): void {
  for (const [collection, { documents }] of transaction.writes)
    for (const record of documents.keys())
      if (collection.locks.get(record) === transaction) collection.locks.delete(record);
}
