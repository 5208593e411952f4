import type { Cursors } from '../cursors.js';
import type { Logger } from '../logger.js';
import type { Sessions } from '../sessions.js';
import type { Store } from '../storage/store.js';
import type { Catalog } from './catalog.js';
import type { Transactions } from './transaction.js';

/** Everything the commands of one server share. */
export interface Engine {
  readonly catalog: Catalog;
  readonly store: Store;
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly logger: Logger;
  readonly replicaSet: string;
  /** Set when the disk refused a write: memory is ahead of it, so nothing is answered any more. */
  failure: Error | undefined;
}
