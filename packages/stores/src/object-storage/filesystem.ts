import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The part of s3rver's file store that is replaced. */
export interface FileStore {
  putContent: (path: string, content: Buffer | Readable) => Promise<[size: number, md5: string]>;
  putMetadata: (
    this: FileStore,
    bucket: string,
    key: string,
    metadata: unknown,
    md5?: string,
  ) => Promise<void>;
  getResourcePath: (bucket: string, key: string | undefined, resource: string) => string;
}

/**
 * Makes s3rver's writes whole or absent: it writes in place, so a kill would leave half an object under an
 * old checksum, and it answers before a buffered body is on disk.
 *
 * @param staging a folder on the same file system, outside every bucket
 */
export function makeWritesAtomic(store: FileStore, staging: string): void {
  store.putContent = async (path, content) => {
    const temporary = join(staging, randomUUID());
    const md5 = createHash('md5');
    let size = 0;
    const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
    try {
      await pipeline(
        source,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            md5.update(chunk);
            size += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(temporary),
      );
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return [size, md5.digest('hex')];
  };

  const { putMetadata } = store;
  store.putMetadata = async (bucket, key, metadata, md5) => {
    const folder = join(staging, randomUUID());
    await mkdir(folder);
    const staged = Object.create(store) as FileStore;
    staged.getResourcePath = (_bucket, _key, resource) => join(folder, resource);
    await putMetadata.call(staged, bucket, key, metadata, md5);
    for (const resource of await readdir(folder)) {
      await rename(join(folder, resource), store.getResourcePath(bucket, key, resource));
    }
    await rm(folder, { recursive: true });
  };
}

const suffix = '._S3rver_';

/**
 * Mends what a kill has left: objects without readable metadata are removed (they make every listing fail),
 * and checksums older than their object are computed anew (such a write was never acknowledged).
 *
 * @returns the number of objects removed
 */
export async function sweepTornObjects(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true });
  const basesWith = (part: string) =>
    entries
      .filter((entry) => entry.endsWith(suffix + part))
      .map((entry) => join(root, entry.slice(0, -part.length)));
  const torn = new Set<string>();
  for (const base of basesWith('metadata.json')) {
    if (await isSound(base)) continue;
    torn.add(base);
    for (const part of ['object', 'object.md5', 'metadata.json']) {
      await rm(base + part, { force: true });
    }
  }
  for (const base of basesWith('object')) if (!torn.has(base)) await renewChecksum(base);
  return torn.size;
}

async function isSound(base: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(`${base}metadata.json`, 'utf8'));
    await stat(`${base}object`);
    return true;
  } catch {
    return false;
  }
}

async function renewChecksum(base: string): Promise<void> {
  const object = await stat(`${base}object`);
  const checksum = await stat(`${base}object.md5`).catch(() => undefined);
  if (checksum && checksum.mtimeMs >= object.mtimeMs) return;
  const md5 = createHash('md5');
  await pipeline(createReadStream(`${base}object`), md5);
  await writeFile(`${base}object.md5`, md5.digest('hex'));
}
