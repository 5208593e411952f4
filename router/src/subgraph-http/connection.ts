import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { responseParser, type HttpResponse } from './response-parser.js';

/** The connection ended before a single byte of the answer came: a kept-alive one that was just closed. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

/** One connection to a server. It carries one request at a time. */
export interface Connection {
  /** Sends a request and waits for its answer. @throws what went wrong; the connection is gone then */
  exchange(request: string): Promise<HttpResponse>;
  /** Whether it can carry another request now. */
  isUsable(): boolean;
  /** Gives it up; an exchange under way fails with the reason. */
  destroy(reason: Error): void;
}

export interface ConnectionOptions {
  readonly origin: URL;
  readonly maximumBytes: number;
  readonly connectTimeoutMs: number;
  /** Called once, when it is closed, by whomever. */
  readonly onClose: () => void;
}

interface Waiting {
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: Error) => void;
}

/** Opens a connection; what is sent before it stands is sent when it does. */
export function openConnection(options: ConnectionOptions): Connection {
  const socket = open(options.origin, (chunk) => {
    if (waiting === undefined) fail(new Error('the server spoke first'));
    else receive(() => parser.push(chunk));
  });
  const parser = responseParser(options.maximumBytes);
  let waiting: Waiting | undefined;
  let usable = true;
  let idleUntil = Number.POSITIVE_INFINITY;

  const settle = (response: HttpResponse) => {
    usable = response.keepAlive;
    idleUntil = Date.now() + response.idleMs;
    const { resolve } = waiting ?? {};
    waiting = undefined;
    if (!usable) socket.destroy();
    resolve?.(response);
  };
  const fail = (error: Error) => {
    usable = false;
    const { reject } = waiting ?? {};
    waiting = undefined;
    socket.destroy();
    reject?.(error);
  };
  const receive = (read: () => HttpResponse | undefined) => {
    try {
      const response = read();
      if (response !== undefined) settle(response);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  };

  socket.setNoDelay(true);
  socket.setTimeout(options.connectTimeoutMs, () => {
    if (socket.connecting) fail(timedOut('connecting took too long'));
  });
  socket.once(options.origin.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
    socket.setTimeout(0),
  );
  socket.once('end', () => receive(() => parser.end()));
  // 'close' follows an error, and does the rest.
  socket.once('error', (error) => fail(parser.hasBegun() ? error : staleOr(error)));
  socket.once('close', () => {
    fail(
      parser.hasBegun()
        ? new Error('the answer broke off')
        : new StaleConnectionError('the connection was closed'),
    );
    options.onClose();
  });

  return {
    exchange(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        // Head and body in one string: one system call, which costs more than all of our own work here.
        socket.write(request);
      });
    },
    isUsable: () => usable && waiting === undefined && Date.now() < idleUntil,
    destroy: fail,
  };
}

/**
 * Everything is read into these bytes, and used before the next read: Node would take 64 KB of fresh memory each time,
 * and the collector has to give it back.
 */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

/** @param onData is called with bytes that are valid during the call only */
function open(origin: URL, onData: (chunk: Buffer) => void): Socket {
  const host = origin.hostname.replace(/^\[(.*)\]$/, '$1');
  if (origin.protocol === 'https:') {
    const socket = connectSecure({ host, port: Number(origin.port || 443), servername: host });
    return socket.on('data', onData);
  }
  const callback = (bytes: number) => {
    onData(readBuffer.subarray(0, bytes));
    return true;
  };
  const onread = { buffer: readBuffer, callback };
  return connectPlain({ host, port: Number(origin.port || 80), onread });
}

export const timedOut = (message: string): Error =>
  Object.assign(new Error(message), { code: 'ETIMEDOUT' });

/** Resets of a kept-alive connection; anything else (refused, no such host) tells something. */
const staleOr = (error: Error): Error =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    ? new StaleConnectionError(error.message, { cause: error })
    : error;
