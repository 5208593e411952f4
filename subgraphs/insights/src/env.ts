import {
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import type { ClickHouseTarget } from '@pcc/stores';
import { z } from 'zod';

export interface InsightsConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly databaseUrl: string;
  /** A URL, or the embedded engine's connection. */
  readonly clickhouse: ClickHouseTarget;
  readonly clickhouseDatabase: string;
  /** Every secret with which a router may sign, newest first. */
  readonly viewerSecrets: readonly string[];
}

const postgresUrl = urlVariable('postgresql:', 'postgres:');

export interface InsightsEnv {
  readonly config: InsightsConfig;
  /** Events and live topics cross processes, so a process of its own cannot do without. */
  readonly redisUrl: string;
  readonly logLevel: string;
}

/**
 * The configuration of an insights process of its own: every store by URL. `INSIGHTS_DATABASE_URL` goes
 * before `DATABASE_URL`.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readInsightsEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): InsightsEnv {
  const env = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4004),
      DATABASE_URL: postgresUrl,
      CLICKHOUSE_URL: urlVariable('http:', 'https:'),
      CLICKHOUSE_DATABASE: z
        .string()
        .regex(/^\w+$/, { message: 'may have letters, digits and _' })
        .default('insights'),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      REDIS_URL: urlVariable('redis:', 'rediss:'),
      LOG_LEVEL: logLevelVariable,
    },
    { ...source, DATABASE_URL: source['INSIGHTS_DATABASE_URL'] || source['DATABASE_URL'] },
  );
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl: env.DATABASE_URL,
      clickhouse: { url: env.CLICKHOUSE_URL },
      clickhouseDatabase: env.CLICKHOUSE_DATABASE,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}
