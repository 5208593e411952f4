import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock, Logger } from '@pcc/platform';
import { authenticate, type Credentials, signatureParameters } from './authentication.js';
import { postObject } from './post-object.js';
import { type BaseStore, type ObjectStore, S3Error } from './s3rver.js';
import { percentEncode } from './signature.js';
import { decoded, mustBeKey, type Target, targetOf } from './target.js';
import { unescapeXml, xmlDocument } from './xml.js';

export interface GuardOptions {
  /** s3rver, which believes whatever passes here. */
  readonly s3: RequestListener;
  readonly store: BaseStore & ObjectStore;
  readonly list: (bucket: string, query: URLSearchParams) => Promise<string>;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly logger: Logger;
}

const maxDeleteBytes = 2 * 1024 * 1024;

/**
 * What s3rver lacks or does wrong, in front of it: signatures, forms under a policy, browsers of any origin
 * (as MinIO allows by default), lists, ranges, deleting many, aborting an upload.
 */
export function guard(options: GuardOptions): RequestListener {
  return (request, response) => {
    serve(request, response, options).catch((error: unknown) => {
      answerError(error, response, options.logger);
    });
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: GuardOptions,
): Promise<void> {
  allowBrowsers(request, response);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const target = targetOf(request);
  if (isForm(request, target)) return postObject(target.bucket, request, response, options);
  const { method = '', headers } = request;
  authenticate({ method, headers, ...target }, options.credentials, options.clock);

  const answer = await answerHere(method, target, request, options);
  if (answer !== undefined) {
    response.writeHead(answer.status, { 'content-type': 'application/xml' });
    return void response.end(answer.body);
  }
  await prepare(request, target, options.store);
  options.s3(request, response);
}

const isForm = ({ method, headers }: IncomingMessage, { bucket, key, query }: Target): boolean =>
  method === 'POST' &&
  bucket !== '' &&
  key === '' &&
  query.size === 0 &&
  headers.authorization === undefined &&
  (headers['content-type'] ?? '').startsWith('multipart/form-data');

interface Answer {
  readonly status: number;
  readonly body?: string;
}

/** @returns `undefined` for what s3rver answers well */
async function answerHere(
  method: string,
  { bucket, key, query }: Target,
  request: IncomingMessage,
  { store, list }: GuardOptions,
): Promise<Answer | undefined> {
  const has = (name: string) => query.has(name);
  // It would take PUT for the creation of the bucket.
  if (has('versioning') || has('versions')) {
    throw new S3Error('NotImplemented', 'There are no versions here.');
  }
  if (key !== '') {
    if (method !== 'DELETE' || !has('uploadId')) return undefined;
    await store.abortUpload(bucket, query.get('uploadId') ?? '');
    return { status: 204 };
  }
  if (bucket === '') return undefined;
  if (method === 'HEAD') return { status: (await store.getBucket(bucket)) === null ? 404 : 200 };
  if (method === 'POST' && has('delete')) {
    return { status: 200, body: await deleteMany(bucket, request, store) };
  }
  if (method !== 'GET') return undefined;
  // The minio client asks for unfinished uploads before every streamed one.
  if (has('uploads')) return { status: 200, body: noUploads(bucket) };
  const isList = [...query.keys()].every((name) => listParameters.has(name.toLowerCase()));
  return isList ? { status: 200, body: await list(bucket, query) } : undefined;
}

const listParameters = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'marker',
  'max-keys',
  'encoding-type',
  'start-after',
  'continuation-token',
  'fetch-owner',
  'x-id',
  ...signatureParameters.map((name) => name.toLowerCase()),
]);

/** s3rver reads keys as XML numbers where they look like ones, and so deletes others than were named. */
async function deleteMany(bucket: string, request: IncomingMessage, store: ObjectStore) {
  const text = await readText(request, maxDeleteBytes);
  const keys = [...text.matchAll(/<Object>.*?<Key>(.*?)<\/Key>.*?<\/Object>/gs)].map(
    ([, key = '']) => unescapeXml(key),
  );
  if (keys.length === 0) throw new S3Error('MalformedXML', 'Nothing to delete is named.');
  keys.forEach(mustBeKey);
  for (const key of keys) await store.deleteObject(bucket, key);
  const isQuiet = /<Quiet>\s*true\s*<\/Quiet>/.test(text);
  return xmlDocument(
    'DeleteResult',
    isQuiet ? [] : keys.map((key) => ['Deleted', [['Key', key]]] as const),
  );
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new S3Error('MaxMessageLengthExceeded', 'Too long a request.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const noUploads = (bucket: string): string =>
  xmlDocument('ListMultipartUploadsResult', [
    ['Bucket', bucket],
    ['IsTruncated', false],
  ]);

/** Makes of a checked request one that s3rver neither checks again nor misreads. */
async function prepare(request: IncomingMessage, target: Target, store: ObjectStore) {
  const { headers } = request;
  delete headers.authorization;
  const query = [...target.query].filter(
    ([name]) => !signatureParameters.some((parameter) => parameter === name),
  );
  const search = query.map((pair) => pair.map(percentEncode).join('=')).join('&');
  request.url = `${(request.url ?? '').split('?')[0]}${search === '' ? '' : `?${search}`}`;
  // It decodes this as a whole URL, other clients encode it as a part of one.
  const source = headers['x-amz-copy-source'];
  if (typeof source === 'string') {
    headers['x-amz-copy-source'] = encodeURI(decoded(source));
  }
  const range = await readableRange(headers.range, target, store);
  if (range === undefined) delete headers.range;
  else headers.range = range;
}

/** It takes `bytes=-5` for the first six bytes, and fails on several ranges, which may be ignored. */
async function readableRange(
  range: string | undefined,
  { bucket, key }: Target,
  store: ObjectStore,
): Promise<string | undefined> {
  const [, start, end] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (start === undefined || end === undefined || start + end === '') return undefined;
  if (start !== '') return end !== '' && Number(end) < Number(start) ? undefined : range;
  const size = await store.sizeOf(bucket, key);
  return `bytes=${Math.max(0, size - Number(end))}-`;
}

function allowBrowsers(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader(
    'access-control-expose-headers',
    'etag, location, content-length, content-range',
  );
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT, POST, DELETE');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? allowedHeaders,
  );
  response.setHeader('access-control-max-age', '3600');
}

const allowedHeaders = 'authorization, content-type, content-md5, range, x-amz-*';

function answerError(error: unknown, response: ServerResponse, logger: Logger): void {
  if (response.destroyed) return;
  if (!(error instanceof S3Error)) logger.error({ err: error }, 'object storage failed');
  const known =
    error instanceof S3Error ? error : new S3Error('InternalError', 'We encountered an error.');
  response.writeHead(known.status, { 'content-type': 'application/xml' }).end(known.toXML());
}
