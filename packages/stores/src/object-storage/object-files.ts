import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ObjectRecord, ObjectRecords } from './object-records.js';
import {
  type BaseStore,
  type ByteRange,
  type ObjectMetadata,
  type ObjectStore,
  S3Error,
  S3Object,
} from './s3rver.js';

/**
 * What s3rver's controllers ask of its file store. Its own writes in place, so that a kill leaves half an object
 * under an old checksum and a reader meets the middle of a write.
 */
export function objectFiles(base: BaseStore, records: ObjectRecords): ObjectStore {
  const find = (bucket: string, key: string) =>
    records.inTurn(async () => {
      const record = await records.read(bucket, key);
      return record && { record, file: await open(records.pathOf(record.content)) };
    });

  const putObject: ObjectStore['putObject'] = async ({ bucket, key, content, metadata }) => {
    const { name, path } = records.newContent();
    try {
      const { size, md5 } = await writeFileOf(path, content);
      await records.write(bucket, key, { content: name, size, md5, ...newRecord(metadata) });
      return { size, md5 };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  };

  return {
    putObject,

    existsObject: async (bucket, key) => (await records.read(bucket, key)) !== undefined,

    sizeOf: async (bucket, key) => (await records.read(bucket, key))?.size ?? 0,

    async listObjects(bucket, { maxKeys }) {
      return { objects: (await records.keys(bucket)).slice(0, maxKeys) };
    },

    async getObject(bucket, key, range = {}) {
      const found = await find(bucket, key);
      if (!found) return null;
      const { record, file } = found;
      const isPart = range.start !== undefined || range.end !== undefined;
      const { start, end } = bounds(range, record.size);
      const isEmpty = end < start;
      const content = isEmpty ? Readable.from([]) : file.createReadStream({ start, end });
      if (isEmpty) await file.close();
      // Without content it counts as a range that cannot be served.
      const served = isEmpty && isPart ? null : content;
      const object = new S3Object(bucket, key, served, metadataOf(record));
      if (isPart) object.range = { start, end };
      return object;
    },

    async copyObject(sourceBucket, sourceKey, bucket, key, replacement) {
      const { name, path } = records.newContent();
      const source = await records.inTurn(async () => {
        const found = await records.read(sourceBucket, sourceKey);
        if (found) await link(records.pathOf(found.content), path);
        return found;
      });
      if (!source) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
      const { size, md5 } = source;
      const record = { content: name, size, md5, ...newRecord(replacement ?? source.headers) };
      await records.write(bucket, key, record);
      return metadataOf(record);
    },

    deleteObject: async (bucket, key) => {
      await records.remove(bucket, key);
      await rm(base.getResourcePath(bucket, key, 'tagging.xml'), { force: true });
    },

    ...multipartUploads(base, putObject),
  };
}

/** A part is kept under its number and checksum, so that completing an upload takes exactly what it names. */
function multipartUploads(
  base: BaseStore,
  putObject: ObjectStore['putObject'],
): Pick<ObjectStore, 'putPart' | 'putObjectMultipart' | 'abortUpload'> {
  const folderOf = async (bucket: string, uploadId: string): Promise<string> => {
    const folder = join(base.getResourcePath(bucket, undefined, 'uploads'), uploadId);
    const exists = /^[0-9a-f]+$/.test(uploadId) && (await isThere(join(folder, 'metadata')));
    if (exists) return folder;
    throw new S3Error('NoSuchUpload', 'The upload does not exist: never begun, ended or aborted.');
  };
  return {
    async putPart(bucket, uploadId, partNumber, content) {
      const folder = await folderOf(bucket, uploadId);
      const staged = join(folder, `${Number(partNumber)}-${randomUUID()}`);
      const written = await writeFileOf(staged, content);
      await rename(staged, join(folder, `${Number(partNumber)}-${written.md5}`));
      return written;
    },

    async putObjectMultipart(bucket, uploadId, parts) {
      const folder = await folderOf(bucket, uploadId);
      const paths = [...parts]
        .sort((one, other) => one.number - other.number)
        .map(({ number, etag }) => join(folder, `${number}-${etag}`));
      for (const path of paths) {
        if (!(await isThere(path))) throw new S3Error('InvalidPart', 'A part was not uploaded.');
      }
      const key = await readFile(join(folder, 'key'), 'utf8');
      const metadata = metadataSchema.parse(
        JSON.parse(await readFile(join(folder, 'metadata'), 'utf8')),
      );
      const content = Readable.from(concatenated(paths));
      const result = await putObject({ bucket, key, content, metadata });
      await rm(folder, { recursive: true, force: true });
      return result;
    },

    async abortUpload(bucket, uploadId) {
      await rm(await folderOf(bucket, uploadId), { recursive: true, force: true });
    },
  };
}

async function* concatenated(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
}

async function writeFileOf(path: string, content: Readable) {
  const md5 = createHash('md5');
  let size = 0;
  await pipeline(
    content,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        md5.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  return { size, md5: md5.digest('hex') };
}

const keptHeaders =
  /^(cache-control|content-(disposition|encoding|language|type)|expires|x-amz-(meta-.+|storage-class|website-redirect-location))$/;

const metadataSchema = z.record(z.string(), z.union([z.string(), z.number()]).optional());

const newRecord = (metadata: ObjectMetadata) => ({
  modified: new Date().toISOString(),
  headers: Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]) =>
      value !== undefined && keptHeaders.test(name) ? [[name, String(value)]] : [],
    ),
  ),
});

/** As s3rver has it. */
export const metadataOf = ({ headers, md5, size, modified }: ObjectRecord): ObjectMetadata => ({
  ...headers,
  etag: `"${md5}"`,
  'last-modified': new Date(modified).toUTCString(),
  'content-length': size,
});

const bounds = ({ start = 0, end = Infinity }: ByteRange, size: number) => ({
  start,
  end: Math.min(end, size - 1),
});

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
