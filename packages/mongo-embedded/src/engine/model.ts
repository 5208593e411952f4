import type { Document } from '../bson/types.js';
import type { OrderedIndex } from './ordered-index.js';
import type { TextIndex } from './text-index.js';
import type { CollectionOptions } from './validation.js';

export type AnyIndex = OrderedIndex | TextIndex;

/** Committed documents of one collection, in memory, with their indexes. */
export interface Collection {
  readonly id: number;
  readonly database: string;
  name: string;
  /** Documents by record number; numbers rise, so iteration is in insertion order. */
  readonly records: Map<number, Document>;
  /** The first one is always `_id_`. */
  indexes: AnyIndex[];
  options: CollectionOptions;
  nextRecord: number;
  dropped: boolean;
  /** Records that an open transaction has written: others wait for it or conflict with it. */
  readonly locks: Map<number, Transaction>;
}

/** What an open transaction has written to one collection and no one else can see. */
export interface PrivateWrites {
  /** The new document by record; undefined for a deleted one. */
  readonly documents: Map<number, Document | undefined>;
  /** For each index (by name) the unique keys of the documents above. */
  readonly uniqueKeys: Map<string, Map<string, number>>;
}

export interface Transaction {
  readonly startedAt: number;
  state: 'open' | 'committed' | 'aborted';
  readonly writes: Map<Collection, PrivateWrites>;
  /** Documents as they were at the snapshot, for records that others have changed since. */
  readonly before: Map<Collection, Map<number, Document | undefined>>;
  /** Resolves when the transaction has committed or aborted: writers that wait try again. */
  readonly ended: Promise<void>;
  end(state: 'committed' | 'aborted'): void;
}
