import { createHash, createHmac } from 'node:crypto';

/**
 * AWS Signature Version 4, the parts that signing and checking share.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export const algorithm = 'AWS4-HMAC-SHA256';
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

export interface Scope {
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
}

export interface SignableRequest {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** Decoded, without the signature itself. */
  readonly query: Iterable<readonly [string, string]>;
  /** Names in lower case; exactly those that are signed. */
  readonly headers: readonly (readonly [string, string])[];
  /** Of the body, in hex; or what S3 puts in its place. */
  readonly payloadHash: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
}

/** Only what RFC 3986 calls unreserved stays as it is. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const encodePath = (path: string): string => path.split('/').map(percentEncode).join('/');

/** `2026-03-04T05:06:07.089Z` as `20260304T050607Z` */
export const formatTimestamp = (date: Date): string =>
  date.toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** @returns an invalid date for anything but `YYYYMMDDTHHMMSSZ` */
export const parseTimestamp = (text: string): Date =>
  new Date(
    /^\d{8}T\d{6}Z$/.test(text)
      ? text.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')
      : NaN,
  );

export const scopeText = ({ date, region }: Scope): string => `${date}/${region}/s3/aws4_request`;

/** Signs any text, a POST policy for one, with a key made for one day, region and service. */
export function signText(secretKey: string, { date, region }: Scope, text: string): string {
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secretKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

export function signRequest(secretKey: string, scope: Scope, request: SignableRequest): string {
  const hash = createHash('sha256').update(canonicalForm(request)).digest('hex');
  const text = [algorithm, request.timestamp, scopeText(scope), hash].join('\n');
  return signText(secretKey, scope, text);
}

function canonicalForm({ method, path, query, headers, payloadHash }: SignableRequest): string {
  const sortedQuery = [...query]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(byNameAndValue);
  const sortedHeaders = [...headers].sort(byNameAndValue);
  return [
    method,
    encodePath(path),
    sortedQuery.map((pair) => pair.join('=')).join('&'),
    ...sortedHeaders.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    sortedHeaders.map(([name]) => name).join(';'),
    payloadHash,
  ].join('\n');
}

type Pair = readonly [string, string];

const byNameAndValue = ([name, value]: Pair, [otherName, otherValue]: Pair): number =>
  compare(name, otherName) || compare(value, otherValue);
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

export interface PresignOptions {
  readonly method: string;
  /** Scheme, host and port. */
  readonly endpoint: URL;
  readonly path: string;
  /** Names in lower case. The request must come with exactly these. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expirySeconds: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly now: Date;
}

/**
 * A URL that carries its own permission. Unlike the minio client's, it can fix headers, `content-length` and
 * `content-type` above all.
 */
export function presignUrl(options: PresignOptions): string {
  const { method, endpoint, path, accessKey, secretKey, region, expirySeconds } = options;
  const timestamp = formatTimestamp(options.now);
  const scope = { date: timestamp.slice(0, 8), region };
  const headers = Object.entries({ ...options.headers, host: endpoint.host });
  const query: [string, string][] = [
    ['X-Amz-Algorithm', algorithm],
    ['X-Amz-Credential', `${accessKey}/${scopeText(scope)}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expirySeconds)],
    [
      'X-Amz-SignedHeaders',
      headers
        .map(([name]) => name)
        .sort()
        .join(';'),
    ],
  ];
  const signature = signRequest(secretKey, scope, {
    method,
    path,
    query,
    headers,
    payloadHash: unsignedPayload,
    timestamp,
  });
  query.push(['X-Amz-Signature', signature]);
  const search = query.map((pair) => pair.map(percentEncode).join('=')).join('&');
  return `${endpoint.origin}${encodePath(path)}?${search}`;
}
