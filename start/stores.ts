import { join } from 'node:path';
import type { CloseStack, Logger } from '@pcc/platform';
import {
  postgresTemplateDirectory,
  startEmbeddedClickHouse,
  startEmbeddedMongo,
  startEmbeddedObjectStorage,
  startEmbeddedPostgres,
  type ClickHouseTarget,
} from '@pcc/stores';
import type { StartConfig } from './env.js';
import type { Progress } from './progress.js';

/** Where each store is, embedded or not: what the subgraphs get as configuration. */
export interface Stores {
  readonly databaseUrl: string;
  readonly mongoUrl: string;
  readonly clickhouse: ClickHouseTarget;
  readonly s3Url: string;
}

/** Starts an embedded engine for every store that has no URL, all at once: each takes up to seconds. */
export async function startStores(
  config: StartConfig,
  stack: CloseStack,
  logger: Logger,
  progress: Progress,
): Promise<Stores> {
  const directory = (name: string) => ({ directory: join(config.dataDirectory, name), logger });
  const [databaseUrl, mongoUrl, clickhouse, s3Url] = await Promise.all([
    config.databaseUrl ??
      progress.step('PostgreSQL, embedded', async () => {
        const templateDirectory = postgresTemplateDirectory();
        const options = { ...directory('postgres'), templateDirectory, makeTemplate: false };
        return stack.use('postgres', await startEmbeddedPostgres(options)).url;
      }),
    config.mongoUrl ??
      progress.step('MongoDB, embedded', async () => {
        return stack.use('mongo', await startEmbeddedMongo(directory('mongo'))).url;
      }),
    config.clickhouseUrl !== undefined
      ? { url: config.clickhouseUrl }
      : progress.step('ClickHouse, embedded', async () => {
          const engine = await startEmbeddedClickHouse(directory('clickhouse'));
          return { connection: stack.use('clickhouse', engine).connection };
        }),
    config.s3Url ??
      progress.step('object storage, embedded', async () => {
        return stack.use('objects', await startEmbeddedObjectStorage(directory('objects'))).url;
      }),
  ]);
  return { databaseUrl, mongoUrl, clickhouse, s3Url };
}
