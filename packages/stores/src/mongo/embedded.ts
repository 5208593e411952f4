import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closable, Logger } from '@pcc/platform';
import { programPath } from '../env.js';
import { StoreError } from '../errors.js';
import { openLocked } from '../open-locked.js';
import { findMongod, startMongod } from './mongod.js';

export interface EmbeddedMongo extends Closable {
  /** For `connectMongo`. */
  readonly url: string;
}

export interface EmbeddedMongoOptions {
  readonly directory: string;
  readonly logger: Logger;
  /** Where a `mongod` is looked for, like PATH, which it is when left out; empty for nowhere. */
  readonly path?: string;
}

/**
 * MongoDB on a free loopback port: a `mongod` if there is a fit one on `path`, else `@pcc/mongo-embedded`.
 * A directory stays with the program that filled it first, since neither reads the other's files.
 *
 * @throws StoreInUseError when another instance has the directory open; StoreError when it cannot be opened
 */
export const startEmbeddedMongo = (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> =>
  openLocked(options.directory, 'MongoDB', () => start(options));

async function start({
  directory,
  logger,
  path = programPath(),
}: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const own = join(directory, 'embedded');
  const real = join(directory, 'mongod');
  const program = existsSync(own) ? undefined : await findMongod(path);
  if (program !== undefined) {
    await mkdir(real, { recursive: true });
    logger.info({ program }, 'using the mongod found on PATH');
    return startMongod({ program, directory: real, logger });
  }
  if (existsSync(real)) {
    throw new StoreError('its data was written by a mongod that is no longer on PATH');
  }
  await mkdir(own, { recursive: true });
  // Imported here: its storage is a native library that is not needed beside a real server.
  const { startMongoServer } = await import('@pcc/mongo-embedded');
  return startMongoServer({ directory: own, logger });
}
