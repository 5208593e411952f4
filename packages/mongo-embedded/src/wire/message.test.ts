import { describe, expect, it } from 'vitest';
import { encode } from '../bson/codec.js';
import { encodeReply, messageSplitter, parseMessage, ProtocolError } from './message.js';

function message(sections: Buffer[], flags = 0): Buffer {
  const body = Buffer.concat(sections);
  const header = Buffer.alloc(20);
  header.writeInt32LE(20 + body.length, 0);
  header.writeInt32LE(42, 4);
  header.writeInt32LE(2013, 12);
  header.writeUInt32LE(flags, 16);
  return Buffer.concat([header, body]);
}

const bodySection = (document: Record<string, unknown>): Buffer =>
  Buffer.concat([Buffer.from([0]), encode(document)]);

function sequenceSection(name: string, documents: Record<string, unknown>[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(encode)]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(content.length + 4);
  return Buffer.concat([Buffer.from([1]), length, content]);
}

describe('messages', () => {
  it('are cut out of any split of the byte stream', () => {
    const one = message([bodySection({ ping: 1, $db: 'a' })]);
    const two = message([bodySection({ hello: 1, $db: 'b' })]);
    const bytes = Buffer.concat([one, two]);
    for (const size of [1, 3, 7, 20, bytes.length]) {
      const split = messageSplitter();
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...split(bytes.subarray(at, at + size)));
      expect(found.map((found) => Object.keys(parseMessage(found).command)[0])).toEqual([
        'ping',
        'hello',
      ]);
    }
  });

  it('carry document sequences and flags', () => {
    const documents = [{ _id: 1 }, { _id: 2 }];
    const parsed = parseMessage(
      message([bodySection({ insert: 'c' }), sequenceSection('documents', documents)], 2),
    );
    expect(parsed).toMatchObject({
      requestId: 42,
      command: { insert: 'c', documents },
      wantsReply: false,
    });
    const reply = parseMessage(encodeReply({ ok: 1 }, parsed));
    expect(reply.command).toEqual({ ok: 1 });
  });

  it('close the connection when they are malformed', () => {
    const tooLong = Buffer.alloc(16);
    tooLong.writeInt32LE(2 ** 30, 0);
    expect(() => messageSplitter()(tooLong)).toThrow(ProtocolError);
    const unknown = message([bodySection({ ping: 1 })]);
    unknown.writeInt32LE(2012, 12);
    expect(() => parseMessage(unknown)).toThrow(ProtocolError);
    expect(() => parseMessage(message([Buffer.from([0, 255, 0, 0, 0])]))).toThrow(ProtocolError);
    expect(() => parseMessage(message([]))).toThrow(ProtocolError);
  });
});
