import { resolve } from 'node:path';
import {
  ConfigError,
  flagVariable,
  logLevelVariable,
  parseEnv,
  portVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';

const variables = {
  PORT: portVariable.default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  LOG_LEVEL: logLevelVariable.default('warn'),
  DEMO_DATA: flagVariable.default(true),
  DATABASE_URL: urlVariable('postgresql:', 'postgres:').optional(),
  MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:').optional(),
  CLICKHOUSE_URL: urlVariable('http:', 'https:').optional(),
  REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
  S3_URL: urlVariable('http:', 'https:').optional(),
  SMTP_URL: urlVariable('smtp:', 'smtps:').optional(),
  MAIL_FROM: z.string().default('no-reply@localhost'),
  PUBLIC_URL: urlVariable('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlVariable('http:', 'https:').optional(),
  NODE_ENV: z.string().optional(),
};

/** How the one-process platform runs. A store without a URL is started embedded. */
export interface StartConfig {
  /** The router's; the subgraphs take the next four. 0 gives each a free one. */
  readonly port: number;
  readonly host: string;
  /** Absolute. Holds the embedded stores, secrets and demo accounts. */
  readonly dataDirectory: string;
  readonly logLevel: string;
  /** Whether an empty database gets demo courses and accounts. */
  readonly demoData: boolean;
  readonly databaseUrl: string | undefined;
  readonly mongoUrl: string | undefined;
  readonly clickhouseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly s3Url: string | undefined;
  /** Where mails go; without it they stay in learning's mailbox. */
  readonly smtp: { readonly url: string; readonly from: string } | undefined;
  /** What links in mails begin with: the application's address, by default the router's. */
  readonly publicUrl: string;
  /** Whether the router makes OpenTelemetry traces; its SDK reads where to. */
  readonly tracing: boolean;
}

/** @throws ConfigError with every problem */
export function readStartEnv(source: Readonly<Record<string, string | undefined>>): StartConfig {
  const env = parseEnv(variables, source);
  if (env.NODE_ENV === 'production') {
    throw new ConfigError([
      'NODE_ENV=production: `npm start` is for development. In production run each process by itself (README, "Production").',
    ]);
  }
  if (env.PORT !== 0 && env.PORT + 4 > 65_535) {
    throw new ConfigError([`PORT: the subgraphs need the four ports behind ${env.PORT}`]);
  }
  return {
    port: env.PORT,
    host: env.HOST,
    dataDirectory: resolve(env.DATA_DIR),
    logLevel: env.LOG_LEVEL,
    demoData: env.DEMO_DATA,
    databaseUrl: env.DATABASE_URL,
    mongoUrl: env.MONGODB_URL,
    clickhouseUrl: env.CLICKHOUSE_URL,
    redisUrl: env.REDIS_URL,
    s3Url: env.S3_URL,
    smtp: env.SMTP_URL === undefined ? undefined : { url: env.SMTP_URL, from: env.MAIL_FROM },
    publicUrl: env.PUBLIC_URL ?? `http://${env.HOST}:${env.PORT}`,
    tracing: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
  };
}

/** The process's own environment. */
export const startConfig = (): StartConfig => readStartEnv(process.env);
