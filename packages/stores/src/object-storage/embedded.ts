import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Closable, Logger } from '@pcc/platform';
import { z } from 'zod';
import { lockDirectory } from '../directory-lock.js';
import { errorMessage, StoreError } from '../errors.js';
import { type FileStore, makeWritesAtomic, sweepTornObjects } from './filesystem.js';
import { guard } from './guard.js';
import { formatS3Url } from './s3-url.js';

export interface EmbeddedObjectStorage extends Closable {
  /** An S3_URL for `connectObjectStorage`. */
  readonly url: string;
}

const credentialsSchema = z.object({ accessKey: z.string(), secretKey: z.string() });
type Credentials = z.infer<typeof credentialsSchema>;

/**
 * An S3 server (s3rver) on a free loopback port. Its credentials are random and kept in the directory.
 * It knows no versioning, and `listObjectsV2` fails above 1,000 keys: use `listObjects`.
 */
export async function startEmbeddedObjectStorage({
  directory,
  logger,
}: {
  readonly directory: string;
  readonly logger: Logger;
}): Promise<EmbeddedObjectStorage> {
  const lock = await lockDirectory(directory);
  try {
    const buckets = join(directory, 'buckets');
    const staging = join(directory, 'staging');
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    await mkdir(buckets, { recursive: true });
    const removed = await sweepTornObjects(buckets);
    if (removed > 0) logger.warn({ removed }, 'removed objects whose upload was cut off');

    const credentials = await loadCredentials(join(directory, 'credentials.json'));
    const handle = createS3(buckets, staging, credentials, logger);
    const server = await listen(guard(handle, credentials.accessKey));
    return {
      url: formatS3Url(new URL(`http://127.0.0.1:${server.port}`), {
        ...credentials,
        region: 'us-east-1',
      }),
      async close() {
        try {
          await server.close();
        } finally {
          await lock.close();
        }
      },
    };
  } catch (error) {
    await lock.close();
    throw new StoreError(`Object storage cannot open ${directory}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

async function loadCredentials(path: string): Promise<Credentials> {
  try {
    return credentialsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) throw error;
  }
  const fresh = {
    accessKey: randomBytes(10).toString('hex'),
    secretKey: randomBytes(20).toString('hex'),
  };
  await writeFile(path, JSON.stringify(fresh), { mode: 0o600 });
  return fresh;
}

interface S3Server {
  readonly store: FileStore;
  callback(): RequestListener;
  on(event: 'error', listener: (error: { status?: number; message: string }) => void): void;
}
interface S3Account {
  createKeyPair(accessKey: string, secretKey: string): void;
  revokeAccessKey(accessKey: string): void;
}

/** s3rver is CommonJS and has no types; this is all that we use of it. */
function createS3(
  directory: string,
  staging: string,
  { accessKey, secretKey }: Credentials,
  logger: Logger,
): RequestListener {
  const require = createRequire(import.meta.url);
  const Server = require('@20minutes/s3rver') as new (options: object) => S3Server;
  const { DUMMY_ACCOUNT } = require('@20minutes/s3rver/lib/models/account') as {
    DUMMY_ACCOUNT: S3Account;
  };
  DUMMY_ACCOUNT.revokeAccessKey('S3RVER'); // the key pair that everybody knows
  DUMMY_ACCOUNT.createKeyPair(accessKey, secretKey);
  const server = new Server({
    directory,
    silent: true,
    vhostBuckets: false,
    allowMismatchedSignatures: false,
  });
  server.on('error', (error) => {
    if ((error.status ?? 500) >= 500) logger.error({ err: error }, 'object storage failed');
  });
  makeWritesAtomic(server.store, staging);
  return server.callback();
}

async function listen(handle: RequestListener): Promise<{ port: number } & Closable> {
  const server = createServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    port: address.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
