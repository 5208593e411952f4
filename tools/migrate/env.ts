import { logLevelVariable, parseEnv, urlVariable } from '@pcc/platform';
import { z } from 'zod';

type Source = Readonly<Record<string, string | undefined>>;

const postgres = {
  /** The role must be allowed to change schemas. */
  MIGRATOR_DATABASE_URL: urlVariable('postgresql:', 'postgres:'),
  LOG_LEVEL: logLevelVariable,
};

/** Postgres alone. @throws ConfigError */
export const postgresConfig = (source: Source) => parseEnv(postgres, source);

/** All stores. @throws ConfigError */
export const migrateConfig = (source: Source) =>
  parseEnv(
    {
      ...postgres,
      MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:'),
      CLICKHOUSE_URL: urlVariable('http:', 'https:'),
      CLICKHOUSE_DATABASE: z.string().default('insights'),
      S3_URL: urlVariable('http:', 'https:'),
    },
    source,
  );

/** The process's own. */
export const environment = (): Source => process.env;
