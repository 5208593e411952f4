import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { foldersIn, type ObjectRecord, recordSchema, recordSuffix } from './object-records.js';

const uploadsFolder = '._S3rver_uploads';
/** As MinIO does it. */
const staleUploadMs = 24 * 3_600_000;

/**
 * Makes the folders, and removes what a kill has left in them: contents without a record, and uploads in parts
 * that nobody has gone on with for a day.
 *
 * @returns the number of objects removed
 */
export async function sweep(directory: string): Promise<number> {
  const folders = foldersIn(directory);
  await rm(folders.staging, { recursive: true, force: true });
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  const named = new Set<string>();
  let removed = 0;
  for (const bucket of await readdir(folders.buckets)) {
    const root = join(folders.buckets, bucket);
    await sweepUploads(join(root, uploadsFolder));
    for (const entry of await readdir(root, { recursive: true })) {
      if (!entry.endsWith(recordSuffix)) continue;
      const base = join(root, entry.slice(0, -recordSuffix.length));
      const record = (await readRecord(base)) ?? (await adopt(base, folders));
      if (record !== undefined) named.add(record.content);
      else {
        removed++;
        for (const part of oldParts) await rm(`${base}._S3rver_${part}`, { force: true });
      }
    }
  }
  for (const content of await readdir(folders.contents)) {
    if (!named.has(content)) await rm(join(folders.contents, content));
  }
  return removed;
}

async function readRecord(base: string): Promise<ObjectRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(base + recordSuffix, 'utf8')));
  } catch {
    return undefined;
  }
}

const oldParts = ['object', 'object.md5', 'metadata.json'];

/**
 * Takes over an object as s3rver alone keeps it, which earlier versions of this package left in the folder.
 * @returns `undefined` for one that is not all there
 */
async function adopt(
  base: string,
  { contents, staging }: ReturnType<typeof foldersIn>,
): Promise<ObjectRecord | undefined> {
  const [object = '', checksum = ''] = oldParts.map((part) => `${base}._S3rver_${part}`);
  const headers = await readFile(base + recordSuffix, 'utf8')
    .then((text) => recordSchema.shape.headers.parse(JSON.parse(text)))
    .catch(() => undefined);
  const found = await stat(object).catch(() => undefined);
  if (headers === undefined || found === undefined) return undefined;
  const md5 = createHash('md5');
  await pipeline(createReadStream(object), md5);
  const record = {
    content: randomUUID(),
    md5: md5.digest('hex'),
    size: found.size,
    modified: found.mtime.toISOString(),
    headers,
  };
  // In this order a kill at any point leaves either form of it whole.
  await link(object, join(contents, record.content));
  const staged = join(staging, record.content);
  await writeFile(staged, JSON.stringify(record));
  await rename(staged, base + recordSuffix);
  for (const old of [object, checksum]) await rm(old, { force: true });
  return record;
}

async function sweepUploads(folder: string): Promise<void> {
  const ids = await readdir(folder).catch(() => []);
  for (const id of ids) {
    const { mtimeMs } = await stat(join(folder, id));
    if (Date.now() - mtimeMs > staleUploadMs) await rm(join(folder, id), { recursive: true });
  }
}
