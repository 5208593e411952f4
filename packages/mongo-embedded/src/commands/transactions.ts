import { CommandError, failedToParse } from '../errors.js';
import type { Document } from '../bson/types.js';
import { toNumber } from '../bson/types.js';
import type { Engine } from '../engine/engine.js';
import type { Transaction } from '../engine/model.js';
import { commitWrites } from '../engine/transaction-view.js';
import type { Session } from '../sessions.js';
import type { Command } from './context.js';

const noSuchTransaction = (number: number): CommandError =>
  new CommandError(
    'NoSuchTransaction',
    `Given transaction number ${number} does not match any in-progress transactions.`,
    { labels: ['TransientTransactionError'] },
  );

/** The transaction a command belongs to: started by it, or open already. Undefined outside of one. */
export function transactionOf(
  engine: Engine,
  command: Document,
  session: Session | undefined,
  isEnd: boolean,
): Transaction | undefined {
  if (command['autocommit'] === undefined) {
    if (command['startTransaction'] !== undefined)
      throw new CommandError('InvalidOptions', "'startTransaction' requires 'autocommit'");
    return undefined;
  }
  const number = toNumber(command['txnNumber']);
  if (!session || number === undefined || command['autocommit'] !== false)
    throw new CommandError(
      'InvalidOptions',
      'a transaction needs lsid, txnNumber and autocommit: false',
    );
  const isNew = number > session.transactionNumber;
  if (command['startTransaction'] === true) {
    if (!isNew && session.transactionNumber === number)
      throw new CommandError(
        'ConflictingOperationInProgress',
        `Cannot start transaction ${number}: it was used before`,
      );
    engine.sessions.advance(session, number);
    session.transaction = engine.transactions.begin();
    return session.transaction;
  }
  if (number < session.transactionNumber) engine.sessions.advance(session, number);
  const { transaction } = session;
  if (number === session.transactionNumber && transaction?.state === 'open') return transaction;
  if (isEnd && number === session.transactionNumber && session.committed) return transaction;
  throw noSuchTransaction(number);
}

export const commitTransaction: Command = {
  fields: ['recoveryToken'],
  transactional: true,
  run(_command, { engine, session, transaction, log, submit }) {
    if (!session) throw failedToParse('commitTransaction must be run in a session');
    // The driver repeats a commit whose answer it did not get.
    if (session.committed) return {};
    if (!transaction) throw noSuchTransaction(session.transactionNumber);
    try {
      const operations = commitWrites(transaction, engine.transactions);
      session.committed = true;
      for (const operation of operations) log.push(operation);
      if (operations.length > 0) log.push(engine.sessions.record(session));
      submit();
      transaction.end('committed');
      return {};
    } catch (error) {
      transaction.end('aborted');
      throw error;
    } finally {
      session.transaction = undefined;
    }
  },
};

export const abortTransaction: Command = {
  fields: ['recoveryToken'],
  transactional: true,
  run(_command, { session, transaction }) {
    if (session?.committed)
      throw new CommandError('TransactionCommitted', 'Transaction has been committed.');
    if (!session || !transaction) throw noSuchTransaction(session?.transactionNumber ?? -1);
    transaction.end('aborted');
    session.transaction = undefined;
    return {};
  },
};

const endAll = (field: string): Command => ({
  fields: [],
  run(command, { engine }) {
    const ids = command[field];
    for (const lsid of Array.isArray(ids) ? (ids as unknown[]) : []) {
      const ended = engine.sessions.end(lsid);
      if (ended !== undefined) engine.cursors.killSession(ended);
    }
    return {};
  },
});

export const endSessions = endAll('endSessions');
export const killSessions = endAll('killSessions');

export const refreshSessions: Command = {
  fields: [],
  run(command, { engine }) {
    const ids = command['refreshSessions'];
    for (const lsid of Array.isArray(ids) ? (ids as unknown[]) : []) engine.sessions.of(lsid);
    return {};
  },
};
