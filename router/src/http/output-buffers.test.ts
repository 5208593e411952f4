import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from './output-buffers.js';

describe('a text in a buffer that is used again', () => {
  it('is its UTF-8, whatever the characters, and the buffers never mix', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }).map((part) => part.repeat(5_000)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const encoded = texts.map(encodeText);
        for (const [index, { bytes }] of encoded.entries()) {
          expect(Buffer.compare(bytes, Buffer.from(texts[index] ?? ''))).toBe(0);
        }
        for (const { release } of encoded) release();
      }),
    );
  });

  it('of more than a buffer has one of its own', () => {
    const text = 'ü'.repeat(200_000);
    const { bytes, release } = encodeText(text);
    expect(Buffer.from(bytes).toString()).toBe(text);
    release();
  });
});
