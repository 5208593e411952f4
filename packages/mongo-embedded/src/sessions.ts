import { Binary } from 'bson';
import { CommandError } from './errors.js';
import { encode } from './bson/codec.js';
import type { Document } from './bson/types.js';
import { isDocument, toNumber } from './bson/types.js';
import type { Transaction } from './engine/model.js';
import type { WriteOperation } from './storage/store.js';

/** One client session: its open transaction, and what its last retryable write did. */
export interface Session {
  readonly id: string;
  transactionNumber: number;
  transaction: Transaction | undefined;
  /** The transaction of `transactionNumber` was committed: a repeated commit succeeds. */
  committed: boolean;
  /** Results by statement number: a repeated statement is answered, not executed again. */
  statements: Map<number, Document>;
  touchedAt: number;
}

export interface Sessions {
  /** The session a command names, made on first use. */
  of(lsid: unknown): Session | undefined;
  /** Moves on to a newer transaction number, which forgets the results of the one before. */
  advance(session: Session, transactionNumber: number): void;
  /** The operation that makes the retry record survive a crash together with the write itself. */
  record(session: Session): WriteOperation;
  restore(id: string, stored: Document): void;
  /** Aborts the session's transaction; answers the session's id, if there was one. */
  end(lsid: unknown): string | undefined;
  /** Aborts transactions that are open too long and forgets idle sessions; answers what to delete. */
  sweep(now: number): WriteOperation[];
  all(): Iterable<Session>;
}

/** As `hello` announces it (30 minutes) and as MongoDB's default for transactions (60 s). */
export const sessionTimeoutMinutes = 30;
export const transactionLifetimeMs = 60_000;
const maxSessions = 100_000;

export function createSessions(clock: () => number = Date.now): Sessions {
  const sessions = new Map<string, Session>();

  const remove = (session: Session): void => {
    session.transaction?.end('aborted');
    session.transaction = undefined;
    sessions.delete(session.id);
  };

  return {
    of(lsid) {
      const id = sessionId(lsid);
      if (id === undefined) return undefined;
      let session = sessions.get(id);
      if (!session) {
        if (sessions.size >= maxSessions)
          throw new CommandError('TooManyLogicalSessions', 'cannot add session into the cache');
        session = emptySession(id, clock());
        sessions.set(id, session);
      }
      session.touchedAt = clock();
      return session;
    },
    advance(session, transactionNumber) {
      if (transactionNumber < session.transactionNumber)
        throw new CommandError(
          'TransactionTooOld',
          `Cannot start transaction ${transactionNumber} on session because a newer transaction ${session.transactionNumber} has already started`,
        );
      if (transactionNumber === session.transactionNumber) return;
      session.transaction?.end('aborted');
      session.transaction = undefined;
      session.transactionNumber = transactionNumber;
      session.committed = false;
      session.statements = new Map();
    },
    record: (session) => ({
      key: ['session', session.id],
      value: encode({
        number: session.transactionNumber,
        committed: session.committed,
        statements: [...session.statements].map(([id, result]) => ({ id, result })),
        at: new Date(clock()),
      }),
    }),
    restore(id, stored) {
      const at = stored['at'] instanceof Date ? stored['at'].getTime() : 0;
      const session = emptySession(id, at);
      session.transactionNumber = toNumber(stored['number']) ?? -1;
      session.committed = stored['committed'] === true;
      for (const item of stored['statements'] as { id: number; result: Document }[])
        session.statements.set(item.id, item.result);
      sessions.set(id, session);
    },
    end(lsid) {
      const session = sessions.get(sessionId(lsid) ?? '');
      if (!session) return undefined;
      session.transaction?.end('aborted');
      session.transaction = undefined;
      // The retry record stays until it expires: ending a session may race with a retried write.
      if (session.statements.size === 0 && !session.committed) remove(session);
      return session.id;
    },
    sweep(now) {
      const forgotten: WriteOperation[] = [];
      for (const session of sessions.values()) {
        const { transaction } = session;
        if (transaction && now - transaction.startedAt > transactionLifetimeMs)
          transaction.end('aborted');
        if (now - session.touchedAt <= sessionTimeoutMinutes * 60_000) continue;
        remove(session);
        forgotten.push({ key: ['session', session.id], value: undefined });
      }
      return forgotten;
    },
    all: () => sessions.values(),
  };
}

function emptySession(id: string, touchedAt: number): Session {
  return {
    id,
    transactionNumber: -1,
    transaction: undefined,
    committed: false,
    statements: new Map(),
    touchedAt,
  };
}

function sessionId(lsid: unknown): string | undefined {
  if (!isDocument(lsid)) return undefined;
  const { id } = lsid;
  return id instanceof Binary ? Buffer.from(id.value()).toString('hex') : undefined;
}
