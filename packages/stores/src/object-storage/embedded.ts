import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { systemClock, type Closable, type Logger } from '@pcc/platform';
import { z } from 'zod';
import { openLocked } from '../open-locked.js';
import type { Credentials } from './authentication.js';
import { guard } from './guard.js';
import { objectListing } from './listing.js';
import { objectFiles } from './object-files.js';
import { foldersIn, objectRecords } from './object-records.js';
import { formatS3Url } from './s3-url.js';
import { account, S3rver } from './s3rver.js';
import { sweep } from './sweep.js';

export interface EmbeddedObjectStorage extends Closable {
  /** An S3_URL for `connectObjectStorage`. */
  readonly url: string;
}

const credentialsSchema = z.object({ accessKey: z.string(), secretKey: z.string() });

/**
 * An S3 server (s3rver behind a guard) on a free loopback port. Its credentials are random and kept in the
 * directory. It knows no versions.
 */
export async function startEmbeddedObjectStorage({
  directory,
  logger,
}: {
  readonly directory: string;
  readonly logger: Logger;
}): Promise<EmbeddedObjectStorage> {
  return openLocked(directory, 'Object storage', async () => {
    const credentials = await loadCredentials(join(directory, 'credentials.json'));
    const server = await listen(await openStorage(directory, credentials, logger));
    const endpoint = new URL(`http://127.0.0.1:${server.port}`);
    return {
      url: formatS3Url(endpoint, { ...credentials, region: 'us-east-1' }),
      close: () => server.close(),
    };
  });
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

const clientGone: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
]);

async function openStorage(
  directory: string,
  credentials: Credentials,
  logger: Logger,
): Promise<RequestListener> {
  const removed = await sweep(directory);
  if (removed > 0) logger.warn({ removed }, 'removed objects that were not all there');
  const { buckets } = foldersIn(directory);
  const server = new S3rver({ directory: buckets, silent: true, vhostBuckets: false });
  server.on('error', (error) => {
    // A client that breaks off is none of our errors.
    if ((error.status ?? 500) < 500 || clientGone.has(error.code)) return;
    logger.error({ err: error }, 'object storage failed');
  });
  server.middleware.unshift(async (context, next) => {
    context.state.account = account;
    await next();
  });
  const { store } = server;
  const records = objectRecords(directory);
  Object.assign(store, objectFiles(store, records));
  return guard({
    s3: server.callback(),
    store,
    list: objectListing(store, records),
    credentials,
    clock: systemClock,
    logger,
  });
}

async function listen(handle: RequestListener): Promise<{ port: number } & Closable> {
  // Uploads may take as long as they do; Node would end them after five minutes.
  const server = createServer({ requestTimeout: 0 }, handle);
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
