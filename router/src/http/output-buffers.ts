/** A text as bytes, in a buffer that is used again. */
export interface EncodedText {
  readonly bytes: Uint8Array;
  /** Gives the buffer back. Call it once, when the bytes have been handed to the system. */
  readonly release: () => void;
}

const bufferBytes = 256 * 1024;
/** 8 MB, however many answers are under way. */
const maximumFree = 32;

const free: Buffer[] = [];

/**
 * Encodes as UTF-8. Node would take fresh memory for every large answer, and clear it, and collect it; and it encodes
 * plain ASCII, which most answers are, three times as slowly as it can be copied.
 */
export function encodeText(text: string): EncodedText {
  const length = Buffer.byteLength(text);
  if (length > bufferBytes) return { bytes: Buffer.from(text), release: () => undefined };
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  if (length === text.length) buffer.write(text, 'latin1');
  else buffer.write(text, 'utf8');
  return {
    bytes: buffer.subarray(0, length),
    release() {
      if (free.length < maximumFree) free.push(buffer);
    },
  };
}
