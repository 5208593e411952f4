import { logLevelVariable, parseEnv, urlVariable } from '@pcc/platform';
import { z } from 'zod';

/** The stores to migrate. The Postgres role must be allowed to change schemas. @throws ConfigError */
export const migrateConfig = () =>
  parseEnv(
    {
      MIGRATOR_DATABASE_URL: urlVariable('postgresql:', 'postgres:'),
      MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:'),
      CLICKHOUSE_URL: urlVariable('http:', 'https:'),
      CLICKHOUSE_DATABASE: z.string().default('insights'),
      S3_URL: urlVariable('http:', 'https:'),
      LOG_LEVEL: logLevelVariable,
    },
    process.env,
  );
