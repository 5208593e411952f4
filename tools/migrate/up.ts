import { migrateCommerce } from '@pcc/commerce';
import { migrateContent } from '@pcc/content';
import { migrateInsights } from '@pcc/insights';
import { migrateLearning } from '@pcc/learning';
import type { Logger } from '@pcc/platform';
import type { migrateConfig } from './env.js';

/** Brings all stores up to date. @returns a line for each subgraph */
export async function migrateUp(
  env: ReturnType<typeof migrateConfig>,
  logger: Logger,
): Promise<string[]> {
  const databaseUrl = env.MIGRATOR_DATABASE_URL;
  const applied = {
    learning: await migrateLearning({ databaseUrl, logger }),
    commerce: await migrateCommerce({ databaseUrl, logger }),
    content: await migrateContent({
      databaseUrl,
      mongoUrl: env.MONGODB_URL,
      s3Url: env.S3_URL,
      logger,
    }),
    insights: await migrateInsights({
      config: {
        databaseUrl,
        clickhouse: { url: env.CLICKHOUSE_URL },
        clickhouseDatabase: env.CLICKHOUSE_DATABASE,
      },
      logger,
    }),
  };
  return Object.entries(applied).map(
    ([subgraph, names]) => `${subgraph}: ${names.length === 0 ? 'up to date' : names.join(', ')}`,
  );
}
