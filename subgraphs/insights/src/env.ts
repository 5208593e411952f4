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

/**
 * The configuration of an insights process of its own: every store by URL.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readInsightsEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): InsightsConfig & { readonly logLevel: string; readonly redisUrl: string | undefined } {
  const named = {
    ...source,
    DATABASE_URL: source['INSIGHTS_DATABASE_URL'] || source['DATABASE_URL'],
  };
  const variables = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4004),
      DATABASE_URL: postgresUrl,
      CLICKHOUSE_URL: urlVariable('http:', 'https:'),
      CLICKHOUSE_DATABASE: z.string().regex(/^\w+$/).default('insights'),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
      LOG_LEVEL: logLevelVariable,
    },
    named,
  );
  return {
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: variables.DATABASE_URL,
    clickhouse: { url: variables.CLICKHOUSE_URL },
    clickhouseDatabase: variables.CLICKHOUSE_DATABASE,
    viewerSecrets: variables.VIEWER_SIGNING_SECRETS,
    logLevel: variables.LOG_LEVEL,
    redisUrl: variables.REDIS_URL,
  };
}
