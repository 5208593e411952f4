import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Closable } from '@pcc/platform';
import type { BucketItemStat } from 'minio';
import { afterAll, beforeAll, expect } from 'vitest';
import { connectObjectStorage, type ObjectStorage } from '../connect.js';
import { parseS3Url } from '../s3-url.js';
import { presignUrl } from '../signature.js';

export const megabyte = 1024 * 1024;

/** How a suite opens the server that it is about. */
export type OpenStorage = () => Promise<{ readonly url: string } & Closable>;

/** The storage under test, with a bucket of the suite's own. */
export interface Subject {
  readonly url: string;
  readonly storage: ObjectStorage;
  readonly bucket: string;
  readonly put: (
    key: string,
    body: string | Buffer,
    headers?: Record<string, string>,
  ) => Promise<unknown>;
  readonly read: (key: string) => Promise<Buffer>;
  readonly text: (key: string) => Promise<string>;
  readonly stat: (key: string) => Promise<BucketItemStat>;
  readonly mustBeAbsent: (key: string) => Promise<void>;
  readonly list: (
    prefix: string,
    options?: { version?: 1 | 2; recursive?: boolean },
  ) => Promise<string[]>;
  /** Signs for any time, and with any keys. */
  readonly presign: (
    method: string,
    key: string,
    more?: { now?: Date; expirySeconds?: number; secretKey?: string; accessKey?: string },
  ) => string;
}

/** Opens it before the suite's tests and removes the bucket after them. */
export function subjectOf(open: OpenStorage): () => Subject {
  let subject: Subject | undefined;
  let server: Closable | undefined;
  const current = () => {
    if (subject === undefined) throw new Error('not opened yet');
    return subject;
  };
  beforeAll(async () => {
    const opened = await open();
    server = opened;
    subject = subjectAt(opened.url);
    await subject.storage.ensureBucket(subject.bucket);
  });
  afterAll(async () => {
    const { storage, bucket } = current();
    await removeBucket(storage, bucket);
    await storage.close();
    await server?.close();
  });
  return current;
}

function subjectAt(url: string): Subject {
  const storage = connectObjectStorage({ url });
  const { client } = storage;
  const location = parseS3Url(url);
  const bucket = `pcc-${randomBytes(8).toString('hex')}`;
  const read = (key: string) => readAll(client.getObject(bucket, key));
  const stat = (key: string) => client.statObject(bucket, key);
  return {
    url,
    storage,
    bucket,
    put: (key, body, headers = {}) => client.putObject(bucket, key, body, undefined, headers),
    read,
    text: async (key) => (await read(key)).toString(),
    stat,
    mustBeAbsent: (key) => expect(stat(key), key).rejects.toMatchObject({ code: 'NotFound' }),
    async list(prefix, { version = 1, recursive = true } = {}) {
      const items =
        version === 1
          ? client.listObjects(bucket, prefix, recursive)
          : client.listObjectsV2(bucket, prefix, recursive);
      const names: string[] = [];
      for await (const item of items) {
        const { name, prefix: group } = item as { name?: string; prefix?: string };
        names.push(name ?? group ?? '');
      }
      return names;
    },
    presign: (method, key, more = {}) =>
      presignUrl({
        ...location,
        method,
        endpoint: location.publicEndpoint,
        path: `/${bucket}/${key}`,
        headers: {},
        expirySeconds: 60,
        now: new Date(),
        ...more,
      }),
  };
}

export async function readAll(stream: Promise<Readable>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** With everything in it, old versions included. */
export async function removeBucket(
  { client }: ObjectStorage,
  bucket: string,
  versioned = false,
): Promise<void> {
  const items: { name: string; versionId?: string }[] = [];
  const listing = client.listObjects(bucket, '', true, { IncludeVersion: versioned });
  for await (const item of listing) items.push(item as { name: string; versionId?: string });
  await client.removeObjects(bucket, items);
  await client.removeBucket(bucket);
}
