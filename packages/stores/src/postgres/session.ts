import { message, simpleQuery } from './protocol.js';

/** The one backend session that all clients share. */
export interface Engine {
  /** Runs whole messages; the answer arrives in pieces. Rejects only when the engine itself has failed. */
  execute(messages: Uint8Array, onData: (chunk: Uint8Array) => void): Promise<void>;
}

/** One turn at the session: what one client sent up to a Sync, a simple query or a Flush. */
export interface Unit {
  readonly messages: Uint8Array;
  /** After a Flush the client goes on with the same unit, so nobody else may come between. */
  readonly unfinished: boolean;
  onData(chunk: Uint8Array): void;
}

export interface SessionUser {
  /** Resolves when the unit has run, or was dropped because the user left. */
  submit(unit: Unit): Promise<void>;
  /** The client is gone: its queued units are dropped and its transaction is rolled back. */
  leave(cleanUp?: Uint8Array): Promise<void>;
}

export interface SessionOptions {
  /** A transaction that stands idle this long blocks everyone; its owner is told and rolled back. */
  readonly idleInTransactionMs: number;
  /** The engine is broken; nothing can be run any more. */
  onEngineFailure(error: unknown): void;
}

interface Turn extends Unit {
  readonly user: symbol;
  done(): void;
}

/**
 * Lets many clients take turns at one session: one unit at a time, first come first served, and while a
 * transaction is open only its owner. Without this, queries of one client land in the transaction, or read
 * the answers, of another.
 */
export function sharedSession(engine: Engine, options: SessionOptions) {
  const queue: Turn[] = [];
  const gone = new Set<symbol>();
  let owner: symbol | undefined;
  let running = false;
  let unfinished = false;
  let inTransaction = false;
  let idleTimer: NodeJS.Timeout | undefined;
  const evictions = new Map<symbol, () => void>();

  const nextTurn = (): Turn | undefined => {
    const index = owner === undefined ? 0 : queue.findIndex((turn) => turn.user === owner);
    return index < 0 ? undefined : queue.splice(index, 1)[0];
  };

  /** Runs a unit and reads from the end of the answer whether a transaction is open now. */
  const run = async (unit: Unit): Promise<void> => {
    let tail = Buffer.alloc(0);
    await engine.execute(unit.messages, (chunk) => {
      tail = Buffer.concat([tail, chunk.subarray(-readyLength)]).subarray(-readyLength);
      unit.onData(chunk);
    });
    unfinished = unit.unfinished;
    if (unfinished) return;
    const status = readyStatus(tail);
    // Seen after runaway recursion: the engine answers nothing any more, and does not say so.
    if (status === undefined) throw new Error('the engine gave no complete answer');
    inTransaction = status !== 'I';
  };

  /** Brings the session back to rest: after an unfinished unit the engine may be skipping up to a Sync. */
  const release = async () => {
    if (unfinished) await run(quietly(sync));
    if (inTransaction) await run(quietly(rollback));
    owner = undefined;
  };

  const runTurn = async (turn: Turn) => {
    clearTimeout(idleTimer);
    if (!gone.has(turn.user)) await run(turn);
    owner = inTransaction || unfinished ? turn.user : undefined;
    if (owner !== undefined && gone.has(owner)) await release();
    if (owner !== undefined) watchIdleOwner(owner);
    turn.done();
  };

  const pump = async () => {
    if (running) return;
    running = true;
    try {
      for (let turn = nextTurn(); turn !== undefined; turn = nextTurn()) await runTurn(turn);
    } catch (error) {
      options.onEngineFailure(error);
      return; // stays `running`: a broken engine takes no more turns
    }
    running = false;
  };

  const watchIdleOwner = (user: symbol) => {
    idleTimer = setTimeout(() => evictions.get(user)?.(), options.idleInTransactionMs);
    idleTimer.unref();
  };

  return {
    /** @param onEvicted tells the client why it is cut off, and closes its connection */
    join(onEvicted: () => void): SessionUser {
      const user = Symbol('client');
      evictions.set(user, onEvicted);
      const enqueue = (unit: Unit) =>
        new Promise<void>((done) => {
          queue.push({ ...unit, user, done });
          void pump();
        });
      return {
        submit: enqueue,
        async leave(cleanUp) {
          evictions.delete(user);
          gone.add(user);
          // This turn comes after whatever is under way, and gives the session back if we own it.
          await enqueue(quietly(sync)); // `gone`, so it is not run
          gone.delete(user);
          if (cleanUp !== undefined) await enqueue(quietly(cleanUp));
        },
      };
    },
  };
}

const quietly = (messages: Uint8Array): Unit => ({
  messages,
  unfinished: false,
  onData: () => undefined,
});

const readyLength = 6;
const readyForQueryHead = Buffer.from([0x5a, 0, 0, 0, 5]);

/** The status in the ReadyForQuery that every complete answer ends with: idle, in a transaction, or in a failed one. */
function readyStatus(tail: Buffer): 'I' | 'T' | 'E' | undefined {
  if (!tail.subarray(0, 5).equals(readyForQueryHead)) return undefined;
  const status = tail.toString('latin1', 5);
  return status === 'I' || status === 'T' || status === 'E' ? status : undefined;
}

const rollback = simpleQuery('ROLLBACK');
const sync = message('S');
