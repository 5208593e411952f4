import { describe, expect, it } from 'vitest';
import { int32, message, messageReader, simpleQuery } from './protocol.js';

const startup = Buffer.concat([int32(8), int32(196_608)]);

/** Reads everything, given the bytes in pieces of `size`. */
function readAll(bytes: Buffer, size: number) {
  const reader = messageReader();
  const read: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    reader.push(bytes.subarray(at, at + size));
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      if (next.kind === 'startup') {
        read.push(`startup ${next.code}`);
        reader.startupDone();
      } else read.push(`${next.type} ${next.bytes.length}`);
    }
  }
  return read;
}

describe('messageReader', () => {
  it.each([1, 2, 3, 7, 100, 1_000_000])('cuts messages out of pieces of %i bytes', (size) => {
    const large = simpleQuery('x'.repeat(5_000));
    const bytes = Buffer.concat([
      startup,
      simpleQuery('SELECT 1'),
      message('S'),
      large,
      message('X'),
    ]);
    expect(readAll(bytes, size)).toEqual(['startup 196608', 'Q 14', 'S 5', 'Q 5006', 'X 5']);
  });

  it('reads 64 MB in network-sized pieces without copying them again and again', () => {
    const bytes = Buffer.concat([startup, message('Q', Buffer.alloc(64 * 1024 * 1024))]);
    const begun = performance.now();
    expect(readAll(bytes, 65_536)).toHaveLength(2);
    expect(performance.now() - begun).toBeLessThan(10_000); // quadratic copying takes far longer
  });

  it('refuses impossible lengths', () => {
    for (const length of [0x47455420, 3, -1]) {
      const reader = messageReader();
      reader.push(Buffer.concat([int32(length), int32(196_608)]));
      expect(() => reader.next()).toThrow(RangeError);
    }
  });
});
