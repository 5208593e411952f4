import { connect } from 'node:net';
import { encode } from '../bson/codec.js';
import type { Document } from '../bson/types.js';
import { messageSplitter, parseMessage } from '../wire/message.js';

/**
 * Sends one command without a driver, so that a test can choose the session and the transaction
 * number, as a driver does that repeats a write.
 */
export function sendRaw(url: string, command: Document): Promise<Document> {
  const { port } = new URL(url);
  const body = Buffer.concat([Buffer.alloc(5), encode(command)]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(1, 4);
  header.writeInt32LE(2013, 12);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(Buffer.concat([header, body])),
    );
    const split = messageSplitter();
    socket.on('data', (chunk) => {
      for (const message of split(chunk)) {
        socket.destroy();
        resolve(parseMessage(message).command);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
  });
}
