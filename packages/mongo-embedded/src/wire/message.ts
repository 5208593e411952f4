import { decode, encode } from '../bson/codec.js';
import type { Document } from '../bson/types.js';

/** Operation codes of MongoDB's wire protocol; the others are history. */
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

const headerBytes = 16;
const checksumPresent = 1;
const moreToCome = 2;

/** As announced by `hello`. */
export const maxMessageBytes = 48_000_000;

/** A malformed message: the connection cannot be trusted any further and is closed. */
export class ProtocolError extends Error {}

export interface Message {
  requestId: number;
  /** `query` is the form in which drivers send their very first hello. */
  kind: 'message' | 'query';
  command: Document;
  /** False for unacknowledged writes. */
  wantsReply: boolean;
}

/** Splits a stream of bytes into messages. */
export function messageSplitter(): (chunk: Buffer) => Buffer[] {
  let chunks: Buffer[] = [];
  let buffered = 0;
  return (chunk) => {
    chunks.push(chunk);
    buffered += chunk.length;
    const complete: Buffer[] = [];
    while (buffered >= 4) {
      const first = chunks[0];
      if (!first) break;
      if (first.length < 4) {
        chunks = [Buffer.concat(chunks)];
        continue;
      }
      const length = first.readInt32LE(0);
      if (length < headerBytes || length > maxMessageBytes)
        throw new ProtocolError(`message length ${length}`);
      if (buffered < length) break;
      const all = chunks.length === 1 ? first : Buffer.concat(chunks);
      complete.push(all.subarray(0, length));
      const rest = all.subarray(length);
      chunks = rest.length > 0 ? [rest] : [];
      buffered = rest.length;
    }
    return complete;
  };
}

export function parseMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4);
  const operation = bytes.readInt32LE(12);
  if (operation === opMsg) return { requestId, kind: 'message', ...parseSections(bytes) };
  if (operation === opQuery) {
    const nameEnd = bytes.indexOf(0, headerBytes + 4);
    if (nameEnd < 0) throw new ProtocolError('OP_QUERY without a collection name');
    const command = decode(bytes.subarray(nameEnd + 1 + 8));
    return { requestId, kind: 'query', command, wantsReply: true };
  }
  throw new ProtocolError(`operation code ${operation}`);
}

function parseSections(bytes: Buffer): { command: Document; wantsReply: boolean } {
  const flags = bytes.readUInt32LE(headerBytes);
  const end = bytes.length - (flags & checksumPresent ? 4 : 0);
  let command: Document | undefined;
  const sequences: Document = {};
  let at = headerBytes + 4;
  while (at < end) {
    const kind = bytes[at];
    const length = bytes.readInt32LE(at + 1);
    const from = at + 1;
    if (length < 5 || from + length > end) throw new ProtocolError('a section exceeds its message');
    const section = bytes.subarray(from, from + length);
    if (kind === 0) command = decode(section);
    else if (kind === 1) Object.assign(sequences, parseSequence(section));
    else throw new ProtocolError(`section kind ${String(kind)}`);
    at = from + length;
  }
  if (!command) throw new ProtocolError('a message without a command');
  return { command: { ...command, ...sequences }, wantsReply: (flags & moreToCome) === 0 };
}

/** The documents of a bulk write travel beside the command, under the name of their field. */
function parseSequence(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const name = section.toString('utf8', 4, nameEnd);
  const documents: Document[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    const length = section.readInt32LE(at);
    if (length < 5 || at + length > section.length)
      throw new ProtocolError('a document exceeds its section');
    documents.push(decode(section.subarray(at, at + length)));
    at += length;
  }
  return { [name]: documents };
}

let nextRequestId = 1;

export function encodeReply(reply: Document, { requestId, kind }: Message): Buffer {
  const body = encode(reply);
  const prefix = kind === 'query' ? 20 : 5;
  const header = Buffer.alloc(headerBytes + prefix);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE((nextRequestId = (nextRequestId + 1) & 0x7fffffff), 4);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(kind === 'query' ? opReply : opMsg, 12);
  if (kind === 'query') {
    header.writeInt32LE(8, 16); // AwaitCapable
    header.writeInt32LE(1, 32); // one document
  }
  return Buffer.concat([header, body]);
}
