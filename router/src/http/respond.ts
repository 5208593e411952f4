import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { headerOf } from '@pcc/platform';
import type { CachedAnswer } from '../cache/response-cache.js';
import type { ResponseType } from './media-type.js';
import { encodeText } from './output-buffers.js';

/** Below a packet or two there is nothing to win. */
const compressFromBytes = 1_400;
/** A short text goes out in one piece with its headers. */
const encodeFromCharacters = 8_192;
/** Quick settings: the higher ones cost ten times the CPU for a few per cent. */
const gzipLevel = 4;
const brotliQuality = 4;

const byGzip = promisify(gzip);
const byBrotli = promisify(brotliCompress);

/** Sends a body of JSON text as it is. */
export function send(
  response: ServerResponse,
  type: ResponseType,
  status: number,
  body: string,
): void {
  response.statusCode = status;
  response.setHeader('content-type', `${type}; charset=utf-8`);
  if (body.length < encodeFromCharacters) {
    response.end(body);
    return;
  }
  const { bytes, release } = encodeText(body);
  response.setHeader('content-length', bytes.length);
  // The callback also comes when the client has gone meanwhile.
  response.end(bytes, release);
}

/**
 * Sends an answer with what caches need to know: how long it may be kept, how old it is, and by which tag it
 * can be asked for again. A client that has it already gets 304 and no body.
 */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  type: ResponseType,
  { body, maxAge, staleFor, age }: CachedAnswer,
): Promise<void> {
  if (maxAge > 0) {
    const stale = staleFor > 0 ? `, stale-while-revalidate=${staleFor}` : '';
    response.setHeader('cache-control', `public, max-age=${maxAge}${stale}`);
    response.setHeader('age', String(age));
    // Only what is asked for by GET can be asked for again by its tag.
    if (request.method !== 'POST') {
      const tag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
      response.setHeader('etag', tag);
      if (hasTag(headerOf(request, 'if-none-match'), tag)) {
        response.statusCode = 304;
        response.end();
        return;
      }
    }
  } else {
    response.setHeader('cache-control', 'no-store');
  }
  const encoding = encodingFor(request, body);
  if (encoding === undefined) return send(response, type, 200, body);
  const bytes =
    encoding === 'br'
      ? await byBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
      : await byGzip(body, { level: gzipLevel });
  response.statusCode = 200;
  response.setHeader('content-type', `${type}; charset=utf-8`);
  response.setHeader('content-encoding', encoding);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

const hasTag = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => one.trim() === tag));

function encodingFor(request: IncomingMessage, body: string): 'br' | 'gzip' | undefined {
  const accepted = headerOf(request, 'accept-encoding');
  if (accepted === undefined || body.length < compressFromBytes) return undefined;
  const codings = accepted
    .toLowerCase()
    .split(',')
    .filter((coding) => !/;\s*q=0(\.0*)?\s*$/.test(coding))
    .map((coding) => coding.split(';')[0]?.trim());
  if (codings.includes('br')) return 'br';
  return codings.includes('gzip') ? 'gzip' : undefined;
}
