import { fileURLToPath } from 'node:url';
import type { Logger } from '@pcc/platform';
import { connectClickHouse, migrateClickHouse, migratePostgres } from '@pcc/stores';
import type { InsightsConfig } from './env.js';

// From src/ and dist/ alike.
export const postgresMigrations = {
  schema: 'insights',
  directory: fileURLToPath(new URL('../../../prisma/insights/migrations', import.meta.url)),
};
const clickHouseMigrations = fileURLToPath(new URL('../migrations/clickhouse', import.meta.url));

/**
 * Brings both stores to the current shape; harmless when they have it.
 * @returns the migrations that ran now
 * @throws MigrationError
 */
export async function migrateInsights(options: {
  readonly config: Pick<InsightsConfig, 'databaseUrl' | 'clickhouse' | 'clickhouseDatabase'>;
  readonly logger: Logger;
}): Promise<string[]> {
  const { config, logger } = options;
  const database = config.clickhouseDatabase;
  const postgres = await migratePostgres({
    url: config.databaseUrl,
    ...postgresMigrations,
    logger,
  });
  const clickhouse = connectClickHouse({ ...config.clickhouse, database });
  try {
    const { client } = clickhouse;
    const directory = clickHouseMigrations;
    return [...postgres, ...(await migrateClickHouse({ client, database, directory, logger }))];
  } finally {
    await clickhouse.close();
  }
}
