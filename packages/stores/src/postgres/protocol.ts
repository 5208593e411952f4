/**
 * The parts of PostgreSQL's frontend/backend protocol 3.0 that the gateway must understand itself.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

export const sslRequest = 80877103;
export const gssRequest = 80877104;
export const cancelRequest = 80877102;

/** Larger than anything we send; a client that announces more is broken or hostile. */
const maxMessageBytes = 256 * 1024 * 1024;

export interface StartupMessage {
  readonly kind: 'startup';
  readonly code: number;
}
export interface FrontendMessage {
  readonly kind: 'message';
  /** The type byte as a character: `Q`, `P`, `B`, … */
  readonly type: string;
  /** The whole message, type and length included. */
  readonly bytes: Buffer;
}

/**
 * Cuts a byte stream into messages. Untyped startup messages come first; `startupDone` switches.
 * Bytes are joined only once a whole message is there, so large parameters cost linear time.
 */
export function messageReader() {
  let chunks: Buffer[] = [];
  let available = 0;
  let needed = 8;
  let started = false;

  const take = (length: number): Buffer => {
    const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    chunks = [all.subarray(length)];
    available -= length;
    return all.subarray(0, length);
  };
  const peek = (length: number): Buffer => {
    if ((chunks[0]?.length ?? 0) < length) chunks = [Buffer.concat(chunks)];
    return chunks[0] ?? Buffer.alloc(0);
  };

  return {
    push(chunk: Buffer): void {
      chunks.push(chunk);
      available += chunk.length;
    },
    startupDone(): void {
      started = true;
      needed = 5;
    },
    /** @throws RangeError when the announced length is impossible */
    next(): StartupMessage | FrontendMessage | undefined {
      if (available < needed) return undefined;
      const header = peek(started ? 5 : 8);
      const length = started ? header.readInt32BE(1) + 1 : header.readInt32BE(0);
      if (length < (started ? 5 : 8)) throw new RangeError('message too short');
      if (length > maxMessageBytes) throw new RangeError('message too long');
      needed = length;
      if (available < needed) return undefined;
      const bytes = take(length);
      needed = started ? 5 : 8;
      return started
        ? { kind: 'message', type: String.fromCharCode(bytes[0] ?? 0), bytes }
        : { kind: 'startup', code: bytes.readInt32BE(4) };
    },
  };
}

export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

export const cString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export const simpleQuery = (sql: string): Buffer => message('Q', cString(sql));

export const passwordRequest = message('R', int32(3));
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', Buffer.from(status));

/** What a server says after a successful login. */
export const welcome = (parameters: Readonly<Record<string, string>>, connection: number): Buffer =>
  Buffer.concat([
    message('R', int32(0)),
    ...Object.entries(parameters).map(([name, value]) =>
      message('S', cString(name), cString(value)),
    ),
    message('K', int32(connection), int32(0)),
    readyForQuery('I'),
  ]);

export const errorResponse = (
  severity: 'ERROR' | 'FATAL',
  sqlState: string,
  text: string,
): Buffer =>
  message(
    'E',
    cString(`S${severity}`),
    cString(`V${severity}`),
    cString(`C${sqlState}`),
    cString(`M${text}`),
    Buffer.from([0]),
  );

/** Reads a zero-terminated string; `end` is the offset after its terminator. */
export function readCString(bytes: Buffer, start: number): { text: string; end: number } {
  const zero = bytes.indexOf(0, start);
  const stop = zero === -1 ? bytes.length : zero;
  return { text: bytes.toString('utf8', start, stop), end: stop + 1 };
}
