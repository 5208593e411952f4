import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { oneAtATime } from '../in-turn.js';

/** What is known of an object; its bytes are a file of their own. */
export const recordSchema = z.object({
  /** Name of the file in `contents`. */
  content: z.uuid(),
  md5: z.string(),
  size: z.number(),
  modified: z.iso.datetime(),
  /** `content-type`, `x-amz-meta-…` and the like. */
  headers: z.record(z.string(), z.string()),
});
export type ObjectRecord = z.infer<typeof recordSchema>;

/**
 * Objects as files: `buckets/<bucket>/<key>._S3rver_metadata.json` holds an object's record, which names a file
 * in `contents`. Renaming a record into its place is what makes a write count. So after a kill at any point an
 * object is there wholly, as it was, or not at all; and a content that no record names is rubbish.
 */
export interface ObjectRecords {
  /** Nothing is written or removed meanwhile. */
  readonly inTurn: ReturnType<typeof oneAtATime>;
  /** A path in `contents` for a new object's bytes. */
  newContent(): { readonly name: string; readonly path: string };
  pathOf(content: string): string;
  read(bucket: string, key: string): Promise<ObjectRecord | undefined>;
  /** Puts the record in place of an earlier one, whose content is removed. */
  write(bucket: string, key: string, record: ObjectRecord): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  /** All keys of a bucket, in the order of their UTF-8 bytes, as S3 lists them. */
  keys(bucket: string): Promise<string[]>;
}

export const recordSuffix = '._S3rver_metadata.json';

export const foldersIn = (directory: string) => ({
  buckets: join(directory, 'buckets'),
  contents: join(directory, 'contents'),
  staging: join(directory, 'staging'),
});

export function objectRecords(directory: string): ObjectRecords {
  const { buckets, contents, staging } = foldersIn(directory);
  const placeOf = (bucket: string, key: string) => join(buckets, bucket, key + recordSuffix);
  const pathOf = (content: string) => join(contents, content);
  const inTurn = oneAtATime();

  const read = async (bucket: string, key: string): Promise<ObjectRecord | undefined> => {
    try {
      return recordSchema.parse(JSON.parse(await readFile(placeOf(bucket, key), 'utf8')));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  return {
    inTurn,
    newContent() {
      const name = randomUUID();
      return { name, path: pathOf(name) };
    },
    pathOf,
    read,
    async write(bucket, key, record) {
      const staged = join(staging, randomUUID());
      await writeFile(staged, JSON.stringify(record));
      await inTurn(async () => {
        const earlier = await read(bucket, key);
        const place = placeOf(bucket, key);
        if (earlier === undefined) await mkdir(dirname(place), { recursive: true });
        await rename(staged, place);
        if (earlier !== undefined) await rm(pathOf(earlier.content), { force: true });
      });
    },
    remove: (bucket, key) =>
      inTurn(async () => {
        const record = await read(bucket, key);
        if (record === undefined) return;
        const place = placeOf(bucket, key);
        await rm(place, { force: true });
        await rm(pathOf(record.content), { force: true });
        await removeEmpty(dirname(place), key.split('/').length - 1);
      }),
    async keys(bucket) {
      const entries = await readdir(join(buckets, bucket), { recursive: true });
      return entries
        .filter((entry) => entry.endsWith(recordSuffix))
        .map((entry) => Buffer.from(entry.slice(0, -recordSuffix.length)))
        .sort((one, other) => Buffer.compare(one, other))
        .map(String);
    },
  };
}

/** Folders up to the bucket's own, as far as nothing else is in them. */
async function removeEmpty(folder: string, depth: number): Promise<void> {
  if (depth === 0) return;
  try {
    await rmdir(folder);
  } catch {
    return; // not empty
  }
  await removeEmpty(dirname(folder), depth - 1);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');
