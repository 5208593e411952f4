import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import type { Clock } from '@pcc/platform';
import busboy from 'busboy';
import type { Credentials } from './authentication.js';
import { type AllowedUpload, checkPostPolicy } from './post-policy.js';
import { type BaseStore, type ObjectStore, S3Error } from './s3rver.js';
import { encodePath } from './signature.js';
import { mustBeKey } from './target.js';
import { xmlDocument } from './xml.js';

interface Options {
  readonly store: BaseStore & ObjectStore;
  readonly credentials: Credentials;
  readonly clock: Clock;
}

interface Posted {
  readonly key: string;
  readonly etag: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** S3's limit for all fields before the file together; here for each. */
const maxFieldBytes = 20 * 1024;

/**
 * A browser's form upload under a signed policy, which s3rver would take without one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 *
 * @throws S3Error; nothing is stored then
 */
export async function postObject(
  bucket: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: Options,
): Promise<void> {
  if ((await options.store.getBucket(bucket)) === null) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
  }
  const posted = await receive(bucket, request, options);
  answer(bucket, posted, response);
}

/** Reads the form to its end, whatever happens: a browser does not show an answer that comes earlier. */
async function receive(
  bucket: string,
  request: IncomingMessage,
  options: Options,
): Promise<Posted> {
  const fields = new Map<string, string>();
  const form = openForm(request);
  let isTaken = false;
  const stored = new Promise<Posted>((resolve, reject) => {
    form.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated) form.destroy(malformed(`The field ${name} is too long.`));
      fields.set(name.toLowerCase(), value);
    });
    form.on('file', (name, file, { filename }) => {
      // A form that ends too early is told by the form; unheard here, it would end the process.
      file.on('error', () => undefined);
      if (name !== 'file' || isTaken) return void file.resume();
      isTaken = true;
      store(bucket, fields, filename, file, options).then(resolve, (error: Error) => {
        reject(error);
        // What is destroyed cannot be read to its end.
        if (file.destroyed) form.destroy();
        else file.resume();
      });
    });
    form.on('error', (error: Error) => {
      reject(error instanceof S3Error ? error : malformed(error.message));
    });
    form.on('close', () => {
      if (!isTaken) reject(new S3Error('InvalidArgument', 'POST needs exactly one file.'));
    });
  });
  // A client that is gone ends neither form nor file.
  request.on('close', () => request.complete || form.destroy());
  const closed = new Promise((resolve) => form.on('close', resolve));
  request.pipe(form);
  const [result] = await Promise.allSettled([stored, closed]);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function openForm(request: IncomingMessage) {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: maxFieldBytes, fields: 100 },
    });
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : '');
  }
}

const malformed = (reason: string) => new S3Error('MalformedPOSTRequest', `No form: ${reason}`);

async function store(
  bucket: string,
  given: ReadonlyMap<string, string>,
  fileName: string,
  file: Readable,
  { store: objects, credentials, clock }: Options,
): Promise<Posted> {
  const key = (given.get('key') ?? '').replaceAll('${filename}', fileName);
  const fields = new Map([...given, ['bucket', bucket], ['key', key]]);
  const allowed = checkPostPolicy(fields, credentials, clock);
  mustBeKey(key);
  const { md5 } = await objects.putObject({
    bucket,
    key,
    content: pipeline(file, limited(allowed), () => undefined), // its error reaches the store
    metadata: Object.fromEntries(fields),
  });
  return { key, etag: `"${md5}"`, fields };
}

/** Fails at the end, not in between: what is too much is read as well, and dropped. */
function limited({ minBytes, maxBytes }: AllowedUpload): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(null, size > maxBytes ? null : chunk);
    },
    flush(done) {
      if (size > maxBytes) {
        done(new S3Error('EntityTooLarge', 'The upload exceeds the maximum allowed size.'));
      } else if (size < minBytes) {
        done(new S3Error('EntityTooSmall', 'The upload is smaller than the minimum allowed size.'));
      } else done();
    },
  });
}

function answer(bucket: string, { key, etag, fields }: Posted, response: ServerResponse): void {
  const location = `/${bucket}/${encodePath(key)}`;
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  response.setHeader('etag', etag);
  if (URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) {
      url.searchParams.set(name, value);
    }
    return void response.writeHead(303, { location: url.href }).end();
  }
  response.setHeader('location', location);
  const status = fields.get('success_action_status');
  if (status !== '201') return void response.writeHead(status === '200' ? 200 : 204).end();
  response.writeHead(201, { 'content-type': 'application/xml' });
  response.end(
    xmlDocument('PostResponse', [
      ['Location', location],
      ['Bucket', bucket],
      ['Key', key],
      ['ETag', etag],
    ]),
  );
}
