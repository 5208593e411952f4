import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpProtocolError, responseParser, type HttpResponse } from './response-parser.js';

const parse = (text: string, maximumBytes = 1_000): HttpResponse | undefined =>
  responseParser(maximumBytes).push(Buffer.from(text));

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;

describe('the response parser', () => {
  it('reads a body by its length, with what the router needs to know', () => {
    const text = head('HTTP/1.1 200 OK', 'Content-Length: 7', 'Cache-Control: public, max-age=5');
    expect(parse(`${text}{"é":1}`.slice(0, -1))).toMatchObject({
      status: 200,
      cacheControl: 'public, max-age=5',
      body: '{"é":1',
      keepAlive: true,
    });
  });

  it('reads chunks, their extensions and trailers left out', () => {
    const text = head('HTTP/1.1 200 OK', 'transfer-encoding: chunked');
    const chunks = '3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n';
    expect(parse(text + chunks)?.body).toBe('abc0123456789');
  });

  it('reads up to the end of the connection where no length is given', () => {
    const parser = responseParser(1_000);
    const first = Buffer.from(`${head('HTTP/1.0 200 OK')}ab`);
    expect(parser.push(first)).toBeUndefined();
    first.fill('?');
    expect(parser.push(Buffer.from('c'))).toBeUndefined();
    expect(parser.end()).toMatchObject({ body: 'abc', keepAlive: false });
  });

  it('passes announcements over, and knows answers without a body', () => {
    const announced = head('HTTP/1.1 103 Early Hints', 'link: </a>') + head('HTTP/1.1 204 No');
    expect(parse(announced)).toMatchObject({ status: 204, body: '' });
  });

  it.each([
    ['HTTP/1.1 200 OK', 'connection: close', false],
    ['HTTP/1.0 200 OK', 'x: y', false],
    ['HTTP/1.0 200 OK', 'connection: keep-alive', true],
    ['HTTP/1.1 200 OK', 'x: y', true],
  ])('%s with %s may be used again: %s', (status, header, keepAlive) => {
    expect(parse(head(status, 'content-length: 0', header))?.keepAlive).toBe(keepAlive);
  });

  it('ends idleness before the server does', () => {
    const idle = (value: string) =>
      parse(head('HTTP/1.1 200 OK', 'content-length: 0', `keep-alive: ${value}`))?.idleMs;
    expect(idle('timeout=5')).toBe(4_000);
    expect(idle('timeout=0')).toBe(0);
    expect(idle('timeout=600, max=10')).toBe(30_000);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['another version', head('HTTP/2 200 OK')],
    ['a status that is none', head('HTTP/1.1 20 OK')],
    ['two lengths', head('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2')],
    [
      'length and chunks',
      head('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked'),
    ],
    ['another transfer coding', head('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked')],
    ['a negative length', head('HTTP/1.1 200 OK', 'content-length: -1')],
    ['a header without a name', head('HTTP/1.1 200 OK', ': x')],
    ['a folded header', head('HTTP/1.1 200 OK', 'a: b', ' c')],
    ['a compressed body', head('HTTP/1.1 200 OK', 'content-encoding: br', 'content-length: 1')],
    ['a bad chunk size', `${head('HTTP/1.1 200 OK', 'transfer-encoding: chunked')}-1\r\n`],
    [
      'a chunk that is too long',
      `${head('HTTP/1.1 200 OK', 'transfer-encoding: chunked')}1\r\nabc`,
    ],
    ['more than was asked for', `${head('HTTP/1.1 200 OK', 'content-length: 1')}abc`],
    ['a head without an end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`],
    [
      'a line without an end',
      `${head('HTTP/1.1 200 OK', 'transfer-encoding: chunked')}${'0'.repeat(20_000)}`,
    ],
  ])('refuses %s', (_name, text) => {
    expect(() => parse(text)).toThrow(HttpProtocolError);
  });

  it.each([
    head('HTTP/1.1 200 OK', 'content-length: 1001'),
    `${head('HTTP/1.1 200 OK', 'transfer-encoding: chunked')}3e9\r\n`,
    `${head('HTTP/1.1 200 OK')}${'x'.repeat(1_001)}`,
  ])('refuses more than is allowed before it has come: %#', (text) => {
    expect(() => parse(text)).toThrow(/more than 1000 bytes/);
  });

  it('gives the same however the bytes are cut, one response after another', () => {
    const response = fc.record({
      body: fc.string({ unit: 'grapheme', maxLength: 60 }),
      chunks: fc.option(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 5 }), { nil: null }),
    });
    const encode = ({ body, chunks }: { body: string; chunks: number[] | null }): Buffer => {
      const bytes = Buffer.from(body);
      if (chunks === null) {
        const start = head('HTTP/1.1 200 OK', `content-length: ${bytes.length}`);
        return Buffer.concat([Buffer.from(start), bytes]);
      }
      const parts = [Buffer.from(head('HTTP/1.1 200 OK', 'transfer-encoding: chunked'))];
      let at = 0;
      for (const size of [...chunks, bytes.length].filter((count) => count > 0)) {
        const piece = bytes.subarray(at, at + size);
        if (piece.length === 0) break;
        at += piece.length;
        parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
      }
      return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
    };
    fc.assert(
      fc.property(
        fc.array(response, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (responses, cuts) => {
          const parser = responseParser(1_000);
          for (const expected of responses) {
            const bytes = encode(expected);
            let got: HttpResponse | undefined;
            for (let at = 0; at < bytes.length;) {
              const size = cuts.next().value as number;
              expect(got).toBeUndefined();
              // As a connection does: the same memory for every read.
              const read = Buffer.from(bytes.subarray(at, at + size));
              got = parser.push(read);
              read.fill('?');
              at += size;
            }
            expect(got?.body).toBe(expected.body);
            expect(parser.hasBegun()).toBe(false);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
