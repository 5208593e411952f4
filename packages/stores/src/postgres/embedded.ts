import { randomBytes, randomUUID } from 'node:crypto';
import type { Closable, Logger } from '@pcc/platform';
import { openLocked } from '../open-locked.js';
import {
  isInitialised,
  markInitialised,
  prepareDataDirectory,
  publishTemplate,
} from './data-directory.js';
import { launchWorker, type RunningWorker } from './worker-launcher.js';

export interface EmbeddedPostgresOptions {
  /** Holds the data and the lock; created if missing. */
  readonly directory: string;
  readonly logger: Logger;
  /**
   * An empty database to copy instead of running initdb (4 s against 0.7 s), shared between processes;
   * `postgresTemplateDirectory()` is the usual place. Without one, or where it cannot be written, initdb runs.
   */
  readonly templateDirectory?: string;
  /** Whether to make the template when there is none: right for many databases, a waste of time for one. */
  readonly makeTemplate?: boolean;
  /** A transaction idle for longer is rolled back, and its client told: everyone else waits for it. */
  readonly idleInTransactionMs?: number;
}

export interface EmbeddedPostgres extends Closable {
  /** For `pg` and Prisma. The password is new at every start. */
  readonly url: string;
}

/**
 * Postgres (PGlite, with pgvector and the usual extensions) on a free loopback port.
 *
 * If the engine breaks down it is started again on the same port and files; connections are lost, as with
 * a server.
 *
 * @throws StoreInUseError when another instance has the directory open; StoreError when it cannot be opened
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { templateDirectory, makeTemplate = true } = options;
  if (templateDirectory !== undefined && makeTemplate) {
    await ensureTemplate(options, templateDirectory);
  }
  return open(options, templateDirectory);
}

function open(
  { directory, logger, idleInTransactionMs = 30_000 }: EmbeddedPostgresOptions,
  templateDirectory: string | undefined,
): Promise<EmbeddedPostgres> {
  return openLocked(directory, 'Postgres', async () => {
    const dataDirectory = await prepareDataDirectory(directory, templateDirectory);
    const password = randomBytes(16).toString('hex');
    const engine = await superviseWorker(
      (port) => launchWorker({ dataDirectory, port, password, idleInTransactionMs }),
      logger,
    );
    await markInitialised(directory);
    return {
      url: `postgresql://postgres:${password}@127.0.0.1:${engine.port}/postgres`,
      close: () => engine.close(),
    };
  });
}

/** A broken engine comes back, but one that breaks again and again is left down for someone to look at. */
const maxRestarts = 5;

async function superviseWorker(
  launch: (port: number) => Promise<RunningWorker>,
  logger: Logger,
): Promise<{ port: number } & Closable> {
  let worker = await launch(0);
  const { port } = worker;
  let closing = false;
  let restarts = 0;

  const watch = async (): Promise<void> => {
    const reason = await worker.ended;
    if (closing) return;
    logger.error({ err: reason }, 'the embedded Postgres broke down');
    if (++restarts > maxRestarts) return;
    try {
      worker = await launch(port);
      logger.info('the embedded Postgres is back');
    } catch (error) {
      logger.fatal({ err: error }, 'the embedded Postgres cannot be started again');
      return;
    }
    return watch();
  };
  let watching = watch();
  watching = watching.catch((error: unknown) => logger.error({ err: error }, 'watching failed'));

  return {
    port,
    async close() {
      closing = true;
      await worker.close();
      await watching;
    },
  };
}

async function ensureTemplate(options: EmbeddedPostgresOptions, templateDirectory: string) {
  if (await isInitialised(templateDirectory)) return;
  const making = `${templateDirectory}.${randomUUID()}`;
  const { logger } = options;
  try {
    const database = await open({ directory: making, logger }, undefined);
    await database.close();
    await publishTemplate(making, templateDirectory);
  } catch (error) {
    // It only saves time; what really hinders the start will hinder it again below.
    logger.debug({ err: error }, 'no template for the embedded Postgres');
  }
}
