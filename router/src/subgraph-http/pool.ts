import type { Closable } from '@pcc/platform';
import type { Cancellation } from '../cancellation.js';
import { openConnection, StaleConnectionError, timedOut, type Connection } from './connection.js';
import type { HttpResponse } from './response-parser.js';

export interface PoolOptions {
  readonly origin: URL;
  readonly maximumConnections: number;
  /** Requests that wait for a connection; one more is refused. */
  readonly maximumWaiting: number;
  /** Of an answer's body. */
  readonly maximumBytes: number;
}

export interface PoolRequest {
  /** Head and body, ready to send. */
  readonly text: string;
  /** For all of it: waiting, connecting, the answer. */
  readonly timeoutMs: number;
  /** Whether it may be sent again when a kept-alive connection turns out closed. */
  readonly mayRepeat: boolean;
  /** Cancelled when nobody wants the answer any more. */
  readonly waiting?: Cancellation | undefined;
}

/** Kept-alive connections to one origin: a bounded number, and a bounded queue in front of them. */
export interface Pool extends Closable {
  send(request: PoolRequest): Promise<HttpResponse>;
}

/** The client has gone: no fault of the server's. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** The server is so slow that requests pile up: more of them would only be late. */
export class PoolBusyError extends Error {
  override readonly name = 'PoolBusyError';
}

const connectTimeoutMs = 2_000;

export function connectionPool(options: PoolOptions): Pool {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const queue = new Set<() => void>();
  let closed = false;

  const connect = (): Connection => {
    const connection = openConnection({
      ...options,
      connectTimeoutMs,
      onClose: () => {
        all.delete(connection);
        const index = idle.indexOf(connection);
        if (index >= 0) idle.splice(index, 1);
        next();
      },
    });
    all.add(connection);
    return connection;
  };
  /** The connection that was used last: the others may end. */
  const takeIdle = (): Connection | undefined => {
    for (let candidate = idle.pop(); candidate !== undefined; candidate = idle.pop()) {
      if (candidate.isUsable()) return candidate;
      candidate.destroy(new Error('idle for too long'));
    }
    return undefined;
  };
  const take = (): Connection | undefined =>
    takeIdle() ?? (all.size < options.maximumConnections ? connect() : undefined);
  const next = () => {
    const [first] = queue;
    if (first === undefined) return;
    queue.delete(first);
    first();
  };
  const give = (connection: Connection) => {
    if (connection.isUsable() && !closed) idle.push(connection);
    next();
  };

  const send = ({ text, timeoutMs, mayRepeat, waiting }: PoolRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      let connection: Connection | undefined;
      let settled = false;
      const finish = (conclude: () => void) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        stopWaiting?.();
        queue.delete(begin);
        conclude();
      };
      const giveUp = (error: Error) => {
        finish(() => reject(error));
        connection?.destroy(error);
      };
      const timer = setTimeout(() => giveUp(timedOut('no answer in time')), timeoutMs);
      const abandon = () => giveUp(new AbandonedError('nobody waits for the answer any more'));
      const stopWaiting = waiting?.onCancel(abandon);
      const begin = () => attempt(mayRepeat);
      const attempt = (repeat: boolean, fresh = false) => {
        if (settled) return next();
        if (closed) return finish(() => reject(poolClosed()));
        // After a stale one the other idle ones are suspect too.
        connection = fresh && all.size < options.maximumConnections ? connect() : take();
        if (connection === undefined) return wait();
        const used = connection;
        used.exchange(text).then(
          (response) => {
            connection = undefined;
            give(used);
            finish(() => resolve(response));
          },
          (error: Error) => {
            connection = undefined;
            if (repeat && error instanceof StaleConnectionError) attempt(false, true);
            else finish(() => reject(error));
          },
        );
      };
      const wait = () => {
        if (queue.size < options.maximumWaiting) queue.add(begin);
        else finish(() => reject(new PoolBusyError(`${queue.size} requests wait already`)));
      };
      if (waiting?.isCancelled === true) return abandon();
      begin();
    });

  return {
    send,
    async close() {
      closed = true;
      for (const connection of [...all]) connection.destroy(poolClosed());
      for (const begin of [...queue]) begin();
    },
  };
}

const poolClosed = () => new Error('the pool is closed');
