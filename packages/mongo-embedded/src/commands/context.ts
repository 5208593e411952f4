import { CommandError, badValue, notImplemented, typeMismatch } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, isTruthy, toNumber } from '../bson/types.js';
import { committedView } from '../engine/committed-view.js';
import type { Engine } from '../engine/engine.js';
import type { Collection, Transaction } from '../engine/model.js';
import { LockedByTransaction } from '../engine/transaction.js';
import { transactionView } from '../engine/transaction-view.js';
import type { CollectionView, WriteLog } from '../engine/view.js';
import type { Deadline } from '../query/find.js';
import { deadlineAfter } from '../query/find.js';
import type { Session } from '../sessions.js';
import type { WriteOperation } from '../storage/store.js';

/** What one command works with. */
export interface CommandContext {
  readonly engine: Engine;
  readonly database: string;
  readonly session: Session | undefined;
  readonly transaction: Transaction | undefined;
  readonly deadline: Deadline | undefined;
  readonly log: WriteLog;
  view(name: string): CollectionView | undefined;
  /** Like `view`, but makes the collection if there is none, as the first insert does. */
  writableView(name: string): CollectionView;
  viewOf(collection: Collection): CollectionView;
  /** Hands what was logged so far to the disk, in order. Must be called before any await. */
  submit: () => void;
  /** Resolves when everything submitted is flushed. */
  durable(): Promise<void>;
}

export interface Command {
  /** The options this command understands; any other is refused. */
  fields: readonly string[];
  /** Whether it may run inside a transaction. */
  transactional?: boolean;
  run(command: Document, context: CommandContext): Document | Promise<Document>;
}

export function commandContext(
  engine: Engine,
  command: Document,
  session: Session | undefined,
  transaction: Transaction | undefined,
): CommandContext {
  const database = String(command['$db']);
  const written: Promise<void>[] = [];
  let pending: WriteOperation[] = [];
  const log: WriteLog = { push: (operation) => pending.push(operation) };

  const viewOf = (collection: Collection): CollectionView =>
    transaction
      ? transactionView(collection, transaction)
      : committedView(collection, engine.transactions, log);

  const context: CommandContext = {
    engine,
    database,
    session,
    transaction,
    deadline: deadlineAfter(toNumber(command['maxTimeMS'])),
    log,
    view(name) {
      const collection = engine.catalog.find(database, name);
      return collection && viewOf(collection);
    },
    writableView(name) {
      const existing = engine.catalog.find(database, name);
      if (existing) return viewOf(existing);
      const created = engine.catalog.create(database, name, {});
      log.push(engine.catalog.describe(created));
      return viewOf(created);
    },
    viewOf,
    submit() {
      if (pending.length === 0) return;
      const operations = pending;
      pending = [];
      const write = engine.store.write(operations);
      // Marked at once, so that no later command answers from a state the disk does not have.
      write.catch((error: unknown) => {
        engine.failure ??= error instanceof Error ? error : new Error(String(error));
      });
      written.push(write);
    },
    async durable() {
      context.submit();
      await Promise.all(written);
    },
  };
  return context;
}

/**
 * Runs a write; while one of its records is locked by an open transaction, waits and tries again.
 * Submits what the write logged in the same turn, so writes reach the disk in the order they
 * happened in memory.
 */
export async function whenUnlocked<T>(context: CommandContext, run: () => T): Promise<T> {
  for (;;) {
    const outcome = attempt(run);
    context.submit();
    if ('value' in outcome) return outcome.value;
    await outcome.blockedBy.ended;
    context.deadline?.();
  }
}

/** The synchronous form, so that statements that need not wait run in one piece. */
export function attempt<T>(run: () => T): { value: T } | { blockedBy: Transaction } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof LockedByTransaction) return { blockedBy: error.transaction };
    throw error;
  }
}

export function collectionName(command: Document, name: string): string {
  const value = command[name];
  if (typeof value !== 'string' || value === '')
    throw new CommandError('InvalidNamespace', `collection name has invalid type for '${name}'`);
  return value;
}

export function documentOption(command: Document, name: string): Document {
  const value = command[name];
  if (value === undefined) return {};
  if (!isDocument(value))
    throw typeMismatch(`BSON field '${name}' is the wrong type, expected type 'object'`);
  return value;
}

export function countOption(command: Document, name: string): number | undefined {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number))
    throw typeMismatch(`BSON field '${name}' is the wrong type, expected a whole number`);
  if (number < 0)
    throw badValue(`BSON field '${name}' value must be >= 0, actual value '${number}'`);
  return number;
}

/** Options that MongoDB knows and that would change the answer: refused, unless set to "no". */
export function refuseOptions(command: Document, names: readonly string[]): void {
  for (const name of names) {
    const value = command[name];
    if (name === 'collation' && isDocument(value) && value['locale'] === 'simple') continue;
    if (isTruthy(value)) throw notImplemented(`the option ${name}`);
  }
}
