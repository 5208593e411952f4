/** `npm run migrate`: brings the stores named by URLs up to date. Run once per release, before its processes. */
import { migrateCommerce } from '@pcc/commerce';
import { migrateContent } from '@pcc/content';
import { migrateInsights } from '@pcc/insights';
import { migrateLearning } from '@pcc/learning';
import { createLogger, runMain } from '@pcc/platform';
import { migrateConfig } from './env.js';

await runMain(async () => {
  const env = migrateConfig();
  const logger = createLogger({ name: 'migrate', level: env.LOG_LEVEL });
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
  for (const [subgraph, names] of Object.entries(applied)) {
    console.log(`${subgraph}: ${names.length === 0 ? 'up to date' : names.join(', ')}`);
  }
});
