import { parseEnv, urlVariable } from '@pcc/platform';
import { z } from 'zod';

/** Servers that suites run on beside the embedded engines; what is not named is left out. */
export interface ServiceUrls {
  /** A superuser's URL: each suite makes a database, and where it needs them roles, of its own. */
  readonly postgres: string | undefined;
  readonly mongo: string | undefined;
  readonly clickhouse: string | undefined;
  readonly redis: string | undefined;
  readonly s3: string | undefined;
  /** Not a URL but a program, for the suites that stop and start a server of their own. */
  readonly redisProgram: string | undefined;
}

/** @throws ConfigError naming every variable that is no URL of its kind */
export function serviceUrls(): ServiceUrls {
  const env = parseEnv(
    {
      TEST_DATABASE_URL: urlVariable('postgresql:', 'postgres:').optional(),
      TEST_MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:').optional(),
      TEST_CLICKHOUSE_URL: urlVariable('http:', 'https:').optional(),
      TEST_REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
      TEST_S3_URL: urlVariable('http:', 'https:').optional(),
      TEST_REDIS_SERVER: z.string().optional(),
    },
    process.env,
  );
  return {
    postgres: env.TEST_DATABASE_URL,
    mongo: env.TEST_MONGODB_URL,
    clickhouse: env.TEST_CLICKHOUSE_URL,
    redis: env.TEST_REDIS_URL,
    s3: env.TEST_S3_URL,
    redisProgram: env.TEST_REDIS_SERVER,
  };
}

/** Where programs are found: all that a process under test takes over from the one that tests it. */
export const searchPath = (): string | undefined => process.env['PATH'];

const shortStorm = 1_000;

/** How many messages flow in the storm of reconnections: few where it runs each time, 10,000 are the goal. */
export const stormMessages = (): number =>
  parseEnv(
    { TEST_STORM_MESSAGES: z.coerce.number().int().positive().default(shortStorm) },
    process.env,
  ).TEST_STORM_MESSAGES;
