/** A subgraph's HTTP answer. */
export interface HttpResponse {
  readonly status: number;
  readonly cacheControl: string | undefined;
  /** Decoded as UTF-8. */
  readonly body: string;
  /** Whether the connection may be used again, and for how long it may lie idle. */
  readonly keepAlive: boolean;
  readonly idleMs: number;
}

/** The other side does not speak HTTP/1.1 as it should, or says more than is allowed. */
export class HttpProtocolError extends Error {
  override readonly name = 'HttpProtocolError';
}

export interface ResponseParser {
  /**
   * Takes what came in; the chunk's memory may be used again afterwards. @returns the response once it is complete
   * @throws HttpProtocolError, after which the connection is of no use
   */
  push(chunk: Buffer): HttpResponse | undefined;
  /** The other side has closed: some bodies end like that. @returns the response if it is complete now */
  end(): HttpResponse | undefined;
  /** Whether anything of the current response has come in. */
  hasBegun(): boolean;
}

const headEnd = Buffer.from('\r\n\r\n');
const maximumHeadBytes = 64 * 1024;
/** Of chunk extensions and trailers, which nobody here reads. */
const maximumLineBytes = 16 * 1024;
const defaultIdleMs = 30_000;
/** The server counts from when it sent, we from when it arrived: close a little before it does. */
const idleMarginMs = 1_000;

type Framing =
  { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' | 'close' };

interface Head extends Omit<HttpResponse, 'body'> {
  readonly framing: Framing;
}

/**
 * Reads HTTP/1.1 responses from a connection that carries one request at a time. Strict: whatever could be
 * read in two ways (RFC 9112, section 6.3) is refused.
 * @param maximumBytes of a body
 */
export function responseParser(maximumBytes: number): ResponseParser {
  let pending: Buffer = Buffer.alloc(0);
  let head: Head | undefined;
  let body: Buffer[] = [];
  let bodyBytes = 0;

  const keep = (piece: Buffer) => {
    bodyBytes += piece.length;
    if (bodyBytes > maximumBytes) throw new HttpProtocolError(`more than ${maximumBytes} bytes`);
    if (piece.length > 0) body.push(piece);
  };
  const finish = ({ status, cacheControl, keepAlive, idleMs }: Head): HttpResponse => {
    const [first] = body;
    const whole = body.length === 1 && first !== undefined ? first : Buffer.concat(body);
    if (pending.length > 0) throw new HttpProtocolError('more came than was asked for');
    head = undefined;
    body = [];
    bodyBytes = 0;
    return { status, cacheControl, keepAlive, idleMs, body: whole.toString('utf8') };
  };

  const readHead = (): Head | undefined => {
    for (;;) {
      const end = pending.indexOf(headEnd);
      if (end < 0) {
        if (pending.length > maximumHeadBytes) throw new HttpProtocolError('the head is too long');
        return undefined;
      }
      const parsed = parseHead(pending.toString('latin1', 0, end));
      pending = pending.subarray(end + headEnd.length);
      // 100 and 103 are announcements: the response follows.
      if (parsed.status >= 200) return parsed;
    }
  };

  const readLength = (current: Head, bytes: number): HttpResponse | undefined => {
    if (bytes > maximumBytes) throw new HttpProtocolError(`more than ${maximumBytes} bytes`);
    const piece = pending.subarray(0, bytes - bodyBytes);
    pending = pending.subarray(piece.length);
    keep(piece);
    return bodyBytes === bytes ? finish(current) : undefined;
  };

  let chunkLeft = 0;
  let inTrailer = false;
  /** One line without its end, taken off what is pending. */
  const takeLine = (): string | undefined => {
    const end = pending.indexOf('\r\n');
    if (end < 0) {
      if (pending.length > maximumLineBytes) throw new HttpProtocolError('a line is too long');
      return undefined;
    }
    const line = pending.toString('latin1', 0, end);
    pending = pending.subarray(end + 2);
    return line;
  };
  const readChunks = (current: Head): HttpResponse | undefined => {
    for (;;) {
      if (chunkLeft > 2) {
        // The two bytes beyond the data are its CRLF.
        const piece = pending.subarray(0, chunkLeft - 2);
        pending = pending.subarray(piece.length);
        chunkLeft -= piece.length;
        keep(piece);
      }
      if (chunkLeft > 2) return undefined;
      if (chunkLeft === 2) {
        if (pending.length < 2) return undefined;
        if (pending[0] !== 13 || pending[1] !== 10) throw new HttpProtocolError('a bad chunk');
        pending = pending.subarray(2);
        chunkLeft = 0;
      }
      const line = takeLine();
      if (line === undefined) return undefined;
      if (inTrailer) {
        if (line !== '') continue;
        inTrailer = false;
        return finish(current);
      }
      const size = chunkSize(line);
      if (size === 0) inTrailer = true;
      else chunkLeft = size + 2;
      if (bodyBytes + size > maximumBytes)
        throw new HttpProtocolError(`more than ${maximumBytes} bytes`);
    }
  };

  /** Copies what is still needed of the last chunk: most responses come in one, and nothing is. */
  const takeOver = (from: number) => {
    for (let index = from; index < body.length; index++) body[index] = copyOf(body[index]);
    if (pending.length > 0) pending = copyOf(pending);
  };

  const advance = (): HttpResponse | undefined => {
    head ??= readHead();
    if (head === undefined) return undefined;
    const { framing } = head;
    if (framing.kind === 'length') return readLength(head, framing.bytes);
    if (framing.kind === 'chunked') return readChunks(head);
    keep(pending);
    pending = Buffer.alloc(0);
    return undefined;
  };

  return {
    push(chunk) {
      const before = body.length;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const response = advance();
      if (response === undefined) takeOver(before);
      return response;
    },
    end() {
      return head?.framing.kind === 'close' ? finish(head) : undefined;
    },
    hasBegun: () => head !== undefined || pending.length > 0,
  };
}

const copyOf = (bytes: Buffer | undefined): Buffer => Buffer.from(bytes ?? []);

function chunkSize(line: string): number {
  const digits = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i.exec(line)?.[1];
  if (digits === undefined) throw new HttpProtocolError('a bad chunk size');
  return Number.parseInt(digits, 16);
}

function parseHead(text: string): Head {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(statusLine);
  if (match === null) throw new HttpProtocolError('no HTTP/1.1 response');
  const status = Number(match[2]);
  const headers = parseHeaders(lines);
  const connection = (headers.get('connection') ?? '').toLowerCase();
  const framing = framingOf(status, headers);
  const keepAlive =
    framing.kind !== 'close' &&
    (match[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive'));
  const seconds = /timeout=(\d{1,6})/.exec(headers.get('keep-alive') ?? '')?.[1];
  return {
    status,
    cacheControl: headers.get('cache-control'),
    keepAlive,
    idleMs:
      seconds === undefined
        ? defaultIdleMs
        : Math.min(defaultIdleMs, Math.max(0, Number(seconds) * 1000 - idleMarginMs)),
    framing,
  };
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon <= 0 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw new HttpProtocolError('a bad header line');
    }
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function framingOf(status: number, headers: ReadonlyMap<string, string>): Framing {
  const encoding = headers.get('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpProtocolError(`content-encoding ${encoding} was not asked for`);
  }
  const length = headers.get('content-length');
  const transfer = headers.get('transfer-encoding');
  if (transfer !== undefined && (length !== undefined || transfer.toLowerCase() !== 'chunked')) {
    throw new HttpProtocolError('a body of unclear length');
  }
  if (status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  if (transfer !== undefined) return { kind: 'chunked' };
  if (length === undefined) return { kind: 'close' };
  if (!/^\d{1,15}$/.test(length)) throw new HttpProtocolError('a body of unclear length');
  return { kind: 'length', bytes: Number(length) };
}
