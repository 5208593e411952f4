import type { WebSocket } from 'ws';
import { closeReasons, type CloseReason } from './close-reasons.js';

/**
 * A client's WebSocket that holds little more than the client has read: some buffered bytes, one answer, and a bounded
 * queue of others.
 */
export interface ClientSocket {
  /**
   * Sends a message when the client has read most of what was sent before, in order.
   * @returns `undefined` when it was sent at once; settles also when the socket has closed
   */
  send(text: string): Promise<void> | undefined;
  /** Says why, once, and gives the client a moment to hear it. */
  close(reason: CloseReason): void;
  readonly isOpen: boolean;
  /** Called every second, with the time: asks whether the client is there, and gives up the one that is not. */
  beat(now: number): void;
}

export interface ClientSocketOptions {
  readonly maxBufferedBytes: number;
  /** How often the client must show that it is there; also how long it may take to say goodbye. */
  readonly keepAliveMs: number;
}

/** More is not handed to the system before the client has read. */
const enoughBytes = 64 * 1024;
/** What a waiting message takes beside its text. */
const overheadBytes = 256;

export function clientSocket(
  socket: WebSocket,
  { maxBufferedBytes, keepAliveMs }: ClientSocketOptions,
): ClientSocket {
  const waiting: { readonly text: string; readonly sent: () => void }[] = [];
  let waitingBytes = 0;
  /** When it is ended, whatever the client says; finite once it is being closed. */
  let endAt = Infinity;
  let isAlive = true;
  // Not all at the same moment, though thousands may have connected at the same moment.
  let nextPing = Date.now() + keepAliveMs * (0.5 + Math.random() / 2);

  const isOpen = () => socket.readyState === socket.OPEN && endAt === Infinity;
  const forgetWaiting = () => {
    for (const { sent } of waiting.splice(0)) sent();
    waitingBytes = 0;
  };
  const close = (reason: CloseReason) => {
    if (endAt !== Infinity) return;
    endAt = Date.now() + keepAliveMs;
    const [code, text] = closeReasons[reason];
    socket.close(code, text);
    forgetWaiting();
  };
  const sendWaiting = () => {
    while (waiting.length > 0 && socket.bufferedAmount <= enoughBytes) {
      const next = waiting.shift();
      if (next === undefined) return;
      waitingBytes -= next.text.length + overheadBytes;
      socket.send(next.text, sendWaiting);
      next.sent();
    }
  };
  socket.on('pong', () => (isAlive = true));
  socket.on('close', forgetWaiting);

  return {
    send(text) {
      if (!isOpen()) return undefined;
      if (waiting.length === 0 && socket.bufferedAmount <= enoughBytes) {
        socket.send(text, sendWaiting);
        return undefined;
      }
      if (waitingBytes > maxBufferedBytes) {
        close('slowConsumer');
        return undefined;
      }
      waitingBytes += text.length + overheadBytes;
      return new Promise((sent) => waiting.push({ text, sent }));
    },
    close,
    get isOpen() {
      return isOpen();
    },
    beat(now) {
      if (now > endAt) socket.terminate();
      if (now < nextPing || !isOpen()) return;
      if (isAlive) {
        isAlive = false;
        nextPing = now + keepAliveMs;
        socket.ping();
      } else if (socket.bufferedAmount > 0) {
        // It may be there, but it does not read.
        close('slowConsumer');
      } else {
        socket.terminate();
      }
    },
  };
}
