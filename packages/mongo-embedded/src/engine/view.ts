import type { Document } from '../bson/types.js';
import type { WriteOperation } from '../storage/store.js';
import type { Collection } from './model.js';
import type { Plan } from './planner.js';
import { skippingRecords } from './skip-scan.js';

export interface Candidate {
  record: number;
  document: Document;
  /** How well it fits the text that was searched for, if one was. */
  textScore?: number;
}

/**
 * A collection as one command sees it: the committed state, or a transaction's snapshot with its
 * own writes on top. Query and write commands are written once, against this.
 */
export interface CollectionView {
  readonly collection: Collection;
  /** Candidates in the plan's order, each record once. */
  candidates(plan: Plan): Iterable<Candidate>;
  /** Whether `candidates` keeps the order of a sorted plan. */
  keepsOrder(): boolean;
  /** The number of visible documents. */
  size(): number;
  /** Fails (E11000, conflict, locked) before anything changes. */
  insert(document: Document): void;
  replace(candidate: Candidate, document: Document): void;
  remove(candidate: Candidate): void;
  /** Throws if one of the records cannot be written now, so that a statement starts whole or waits. */
  checkWritable(candidates: readonly Candidate[]): void;
}

/** Where a view puts what must reach the disk when the command ends. */
export interface WriteLog {
  push(operation: WriteOperation): void;
}

/** Record numbers in the plan's order; a record with several index keys comes once. */
export function* plannedRecords(collection: Collection, plan: Plan): Generator<number> {
  const { index, ranges, reverse, records, skip } = plan;
  if (records) {
    yield* records;
    return;
  }
  if (!index) {
    yield* collection.records.keys();
    return;
  }
  const [within, another] = ranges;
  if (!index.multikey && within && !another) {
    if (skip) yield* skippingRecords(index, collection.records, { within, skip, reverse });
    else yield* index.entries.values(within, reverse);
    return;
  }
  const seen = new Set<number>();
  for (const range of ranges) {
    for (const record of index.entries.values(range, reverse)) {
      if (seen.has(record)) continue;
      seen.add(record);
      yield record;
    }
  }
}
