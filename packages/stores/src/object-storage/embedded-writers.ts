import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { CopyDestinationOptions, CopySourceOptions } from 'minio';
import fc from 'fast-check';
import type { ObjectStorage } from './connect.js';

export const bucket = 'kills';

/** A state of an object; everything about it follows from these. */
export interface Version {
  readonly id: number;
  readonly size: number;
}

export interface Operation {
  readonly kind: 'put' | 'stream' | 'url' | 'form' | 'copy' | 'delete';
  /** Of the writer's own keys. */
  readonly key: number;
  readonly from: number;
  readonly size: number;
}

const megabyte = 1024 * 1024;
const keysEach = 3;

const operation: fc.Arbitrary<Operation> = fc
  .record({
    kind: fc.constantFrom('put', 'put', 'url', 'form', 'stream', 'copy', 'delete'),
    key: fc.nat(keysEach - 1),
    from: fc.nat(keysEach - 1),
    size: fc.nat(200_000),
  })
  // Streams go up in two or three parts.
  .map((made) =>
    made.kind === 'stream' ? { ...made, size: 9 * megabyte + made.size * 40 } : made,
  );

/** One who writes to keys that are nobody else's, one thing at a time. */
export interface Writer {
  readonly keys: readonly string[];
  readonly operations: readonly Operation[];
  /** What was acknowledged last, by key; `null` for a deletion. */
  readonly acknowledged: Map<string, Version | null>;
  /** What was asked for and not acknowledged. */
  pending: { readonly key: string; readonly version: Version | null } | undefined;
  done: number;
  /** What ended its writing. */
  failure: unknown;
}

export const makeWriters = (count: number, seed: number): Writer[] =>
  Array.from({ length: count }, (_, writer) => ({
    keys: Array.from({ length: keysEach }, (_key, n) => `writer ${writer}/${n % 2}/ü ${n}.bin`),
    operations: fc.sample(operation, { numRuns: 1_000, seed: seed + writer }),
    acknowledged: new Map(),
    pending: undefined,
    done: 0,
    failure: undefined,
  }));

/** Until the storage is gone. */
export async function write(storage: ObjectStorage, writer: Writer): Promise<void> {
  try {
    for (;;) {
      const next = writer.operations[writer.done % writer.operations.length];
      if (next === undefined) return;
      const key = writer.keys[next.key] ?? '';
      const version = versionOf(writer, next);
      writer.pending = { key, version };
      await run(storage, writer, next, key, version);
      writer.acknowledged.set(key, version);
      writer.pending = undefined;
      writer.done++;
    }
  } catch (error) {
    writer.failure = error;
    writer.done++;
  }
}

/** That the connection broke is why we are here. */
const isCut = (failure: unknown): boolean =>
  /ECONNRESET|ECONNREFUSED|EPIPE|socket hang up|other side closed|fetch failed|terminated|aborted/.test(
    String(failure) + (failure instanceof Error ? String(failure.cause) : ''),
  );

function versionOf(writer: Writer, { kind, from, size }: Operation): Version | null {
  if (kind === 'delete') return null;
  const source = writer.acknowledged.get(writer.keys[from] ?? '') ?? null;
  if (kind === 'copy' && source !== null) return source;
  return { id: writer.done, size };
}

async function run(
  storage: ObjectStorage,
  writer: Writer,
  { kind, key: at, from }: Operation,
  key: string,
  version: Version | null,
): Promise<void> {
  const { client } = storage;
  if (version === null) return client.removeObject(bucket, key);
  const body = bodyOf(version);
  const type = typeOf(version);
  const source = writer.keys[from] ?? '';
  if (kind === 'copy' && from !== at && (writer.acknowledged.get(source) ?? null) !== null) {
    await client.copyObject(
      new CopySourceOptions({ Bucket: bucket, Object: source }),
      new CopyDestinationOptions({ Bucket: bucket, Object: key }),
    );
  } else if (kind === 'url') {
    const only = { sizeBytes: version.size, contentType: type };
    const url = await storage.presignedPut(bucket, key, 60, only);
    await mustBeOk(fetch(url, { method: 'PUT', body, headers: { 'content-type': type } }));
  } else if (kind === 'form') {
    const allowed = { expirySeconds: 60, maxBytes: version.size, contentType: type };
    const { url, fields } = await storage.presignedPost(bucket, key, allowed);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([body]), 'file');
    await mustBeOk(fetch(url, { method: 'POST', body: form }));
  } else {
    const sent = kind === 'stream' ? Readable.from(pieces(body), { objectMode: false }) : body;
    await client.putObject(bucket, key, sent, undefined, { 'Content-Type': type });
  }
}

const typeOf = ({ id, size }: Version): string => `application/x-version-${id}-${size}`;

const bodyOf = (version: Version) => Buffer.alloc(version.size, `${typeOf(version)}|`);

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += megabyte) yield body.subarray(at, at + megabyte);
}

async function mustBeOk(answering: Promise<Response>): Promise<void> {
  const answer = await answering;
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Compares what is there with what must and may be, and settles what was pending. */
export async function broken(
  storage: ObjectStorage,
  writers: readonly Writer[],
): Promise<{ problems: string[]; keys: string[] }> {
  const problems: string[] = [];
  const keys: string[] = [];
  for (const writer of writers) {
    if (!isCut(writer.failure)) problems.push(`a writer failed: ${String(writer.failure)}`);
    for (const key of writer.keys) {
      const found = await readVersion(storage, key);
      if (typeof found === 'string') problems.push(`${key}: ${found}`);
      else {
        const allowed = [writer.acknowledged.get(key) ?? null];
        if (writer.pending?.key === key) allowed.push(writer.pending.version);
        if (!allowed.some((version) => JSON.stringify(version) === JSON.stringify(found))) {
          problems.push(`${key}: ${JSON.stringify(found)}, not ${JSON.stringify(allowed)}`);
        }
        writer.acknowledged.set(key, found);
        if (found !== null) keys.push(key);
      }
    }
    writer.pending = undefined;
  }
  return { problems, keys: keys.sort() };
}

/** @returns a sentence when what is there is no version at all */
async function readVersion(storage: ObjectStorage, key: string): Promise<Version | string | null> {
  const { client } = storage;
  let found: Awaited<ReturnType<typeof client.statObject>>;
  try {
    found = await client.statObject(bucket, key);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NotFound') return null;
    return String(error);
  }
  const type = String(found.metaData['content-type']);
  const [, id, size] = /^application\/x-version-(\d+)-(\d+)$/.exec(type) ?? [];
  if (id === undefined || size === undefined) return `of type ${type}`;
  const version = { id: Number(id), size: Number(size) };
  const hash = createHash('md5');
  let isSame = true;
  const expected = bodyOf(version);
  let at = 0;
  for await (const chunk of (await client.getObject(bucket, key)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    isSame &&= chunk.equals(expected.subarray(at, at + chunk.length));
    at += chunk.length;
  }
  if (!isSame || at !== version.size) return `${at} bytes, not those of ${type}`;
  return hash.digest('hex') === found.etag ? version : 'a checksum that is not its own';
}
