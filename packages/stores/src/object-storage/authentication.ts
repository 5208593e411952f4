import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@pcc/platform';
import { S3Error } from './s3rver.js';
import {
  algorithm,
  parseTimestamp,
  type Scope,
  scopeText,
  signRequest,
  unsignedPayload,
} from './signature.js';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface IncomingS3Request {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly payloadHash: string;
}

const maxSkewMs = 15 * 60_000;
const maxExpirySeconds = 7 * 86_400;

/** What a presigned URL is signed by; s3rver must not see it and check again. */
export const signatureParameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
] as const;

/**
 * Lets a request pass only with a valid signature of ours, in the Authorization header or in the query.
 * s3rver would serve what bears no signature, does not ask that `x-amz-*` headers are signed, and spells some
 * characters of queries differently from its clients.
 *
 * @throws S3Error
 */
export function authenticate(
  request: IncomingS3Request,
  { accessKey, secretKey }: Credentials,
  clock: Clock,
): void {
  const claim = readClaim(request, clock.now().getTime());
  const scope = readScope(claim.credential, accessKey, claim.timestamp);
  const names = claim.signedHeaders.split(';');
  mustSignAll(names, request.headers);
  const expected = signRequest(secretKey, scope, {
    method: request.method,
    path: request.path,
    query: [...request.query].filter(([name]) => name !== 'X-Amz-Signature'),
    headers: names.map((name) => [name, String(request.headers[name] ?? '')]),
    payloadHash: claim.payloadHash,
    timestamp: claim.timestamp,
  });
  if (!isSame(claim.signature, expected)) {
    throw new S3Error('SignatureDoesNotMatch', 'The signature does not match the request.');
  }
}

/** In time that says nothing about where they differ. */
export function isSame(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)];
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}

/** @throws S3Error unless it is `ACCESS/YYYYMMDD/region/s3/aws4_request`, ours, and of the timestamp's day */
export function readScope(credential: string, accessKey: string, timestamp: string): Scope {
  const [key, date = '', region = ''] = credential.split('/');
  if (key !== accessKey) {
    throw new S3Error('InvalidAccessKeyId', 'The access key is none that exists here.');
  }
  if (credential !== `${key}/${scopeText({ date, region })}` || !timestamp.startsWith(`${date}T`)) {
    throw new S3Error('AccessDenied', 'The credential is malformed or of another day.');
  }
  return { date, region };
}

function readClaim({ headers, query }: IncomingS3Request, now: number): Claim {
  const inQuery = query.has('X-Amz-Algorithm');
  if (headers.authorization === undefined && !inQuery) {
    throw new S3Error('AccessDenied', 'The request is not signed.');
  }
  if (headers.authorization !== undefined && inQuery) {
    throw new S3Error('InvalidArgument', 'Only one way of signing is allowed at a time.');
  }
  return inQuery ? readQueryClaim(query, now) : readHeaderClaim(headers, now);
}

function readQueryClaim(query: URLSearchParams, now: number): Claim {
  const [name, credential, timestamp, expires, signedHeaders, signature] = signatureParameters.map(
    (parameter) => query.get(parameter) ?? '',
  ) as [string, string, string, string, string, string];
  const issued = parseTimestamp(timestamp).getTime();
  if (name !== algorithm || Number.isNaN(issued) || !/^[1-9]\d{0,5}$/.test(expires)) {
    throw new S3Error('AuthorizationQueryParametersError', 'The signature is incomplete.');
  }
  if (Number(expires) > maxExpirySeconds) {
    throw new S3Error('AuthorizationQueryParametersError', 'A URL is valid for 7 days at most.');
  }
  if (issued > now + maxSkewMs) {
    throw new S3Error('AccessDenied', 'Request is not valid yet');
  }
  if (issued + Number(expires) * 1000 < now) {
    throw new S3Error('AccessDenied', 'Request has expired');
  }
  return { credential, signedHeaders, signature, timestamp, payloadHash: unsignedPayload };
}

function readHeaderClaim(headers: IncomingHttpHeaders, now: number): Claim {
  const { credential, signedHeaders, signature } =
    /^AWS4-HMAC-SHA256 Credential=(?<credential>[^ ,]+), *SignedHeaders=(?<signedHeaders>[^ ,]+), *Signature=(?<signature>[^ ,]+)$/.exec(
      headers.authorization ?? '',
    )?.groups ?? {};
  if (!credential || !signedHeaders || !signature) {
    throw new S3Error('AccessDenied', 'The Authorization header is not one of Signature V4.');
  }
  const timestamp = String(headers['x-amz-date'] ?? '');
  const skew = Math.abs(parseTimestamp(timestamp).getTime() - now);
  if (Number.isNaN(skew)) throw new S3Error('AccessDenied', 'x-amz-date is missing.');
  if (skew > maxSkewMs) {
    throw new S3Error('RequestTimeTooSkewed', 'The clocks of client and server differ too much.');
  }
  const payloadHash = String(headers['x-amz-content-sha256'] ?? '');
  // Bodies in chunks with trailers would be stored with their framing.
  if (!/^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-AWS4-HMAC-SHA256-PAYLOAD)$/.test(payloadHash)) {
    throw new S3Error('NotImplemented', 'x-amz-content-sha256 is missing or of another kind.');
  }
  return { credential, signedHeaders, signature, timestamp, payloadHash };
}

/** Otherwise whoever has a presigned PUT could add `x-amz-copy-source` and read any object. */
function mustSignAll(names: readonly string[], headers: IncomingHttpHeaders): void {
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', `Not signed: ${unsigned.join(', ')}.`);
  }
}
