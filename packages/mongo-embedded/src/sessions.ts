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
        ...storedStatements(session.statements),
        at: new Date(clock()),
      }),
    }),
    restore(id, stored) {
      const at = stored['at'] instanceof Date ? stored['at'].getTime() : 0;
      const session = emptySession(id, at);
      session.transactionNumber = toNumber(stored['number']) ?? -1;
      session.committed = stored['committed'] === true;
      session.statements = restoredStatements(stored as unknown as StoredStatements);
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

interface StoredStatements {
  /** Statements whose result is just `{ n: 1 }`, as runs: [from, to, from, to, …], ends included. */
  runs: number[];
  others: { id: number; result: Document }[];
}

/** A bulk insert has up to 100,000 statements with the same result: they are stored as one run. */
function storedStatements(statements: ReadonlyMap<number, Document>): StoredStatements {
  const stored: StoredStatements = { runs: [], others: [] };
  for (const [id, result] of statements) {
    if (result['n'] !== 1 || Object.keys(result).length !== 1) stored.others.push({ id, result });
    else if (stored.runs.at(-1) === id - 1) stored.runs[stored.runs.length - 1] = id;
    else stored.runs.push(id, id);
  }
  return stored;
}

function restoredStatements({ runs, others }: StoredStatements): Map<number, Document> {
  const statements = new Map<number, Document>();
  for (let at = 0; at < runs.length; at += 2)
    for (let id = runs[at] ?? 0; id <= (runs[at + 1] ?? -1); id++) statements.set(id, { n: 1 });
  for (const { id, result } of others) statements.set(id, result);
  return statements;
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
