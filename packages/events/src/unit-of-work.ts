import { errorMessage, type Logger } from '@pcc/platform';
import type { DeadLetterStore } from './dead-letters.js';
import type { Emit, StoredEvent } from './event.js';

/** Runs when the transaction has committed: publish to PubSub, wake a worker. Its failure undoes nothing. */
export type AfterCommit = () => void | Promise<void>;

/** What the body of a transaction gets. */
export interface Work<Transaction> {
  /** The store's transaction handle (Prisma's client, MongoDB's session). */
  readonly transaction: Transaction;
  /** Writes an event to the outbox, in this transaction. */
  readonly emit: Emit;
  readonly afterCommit: (action: AfterCommit) => void;
}

/** One transaction with its events: rows and outbox commit together, or not at all. */
export interface UnitOfWork<Transaction> {
  run<Value>(body: (work: Work<Transaction>) => Promise<Value>): Promise<Value>;
  /**
   * Runs the effect of an event once per consumer, however often it is delivered: the inbox row is
   * written, and a dead letter of the event removed, in the effect's own transaction.
   * @returns whether it ran now; `false` when it had run before
   */
  runOnce(
    consumer: string,
    event: Pick<StoredEvent, 'eventId'>,
    effect: (work: Work<Transaction>) => Promise<void>,
  ): Promise<boolean>;
  readonly deadLetters: DeadLetterStore;
}

/** Runs what was left for after the commit. The transaction stands whatever happens here, so failures are only logged. */
export async function runAfterCommit(
  actions: readonly AfterCommit[],
  logger: Logger,
): Promise<void> {
  for (const action of actions) {
    try {
      await action();
    } catch (error) {
      logger.warn({ err: error }, `after commit: ${errorMessage(error)}`);
    }
  }
}
