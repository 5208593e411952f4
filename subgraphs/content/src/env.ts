import {
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';

/** What this subgraph needs to run. */
export interface ContentConfig {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly mongoUrl: string;
  readonly mongoDatabase?: string;
  /** `http(s)://ACCESS:SECRET@host:port?region=us-east-1` */
  readonly s3Url: string;
  /** Verify the router's signature; newest first. */
  readonly viewerSecrets: readonly string[];
}

export interface ContentEnv {
  readonly config: ContentConfig;
  /** Events and live topics cross processes, so a process of its own cannot do without. */
  readonly redisUrl: string;
  readonly logLevel: string;
}

const postgresUrl = urlVariable('postgres:', 'postgresql:');

/**
 * The configuration of a content process of its own. `CONTENT_DATABASE_URL` goes before `DATABASE_URL`.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readContentEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): ContentEnv {
  const env = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4003),
      DATABASE_URL: postgresUrl,
      MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:'),
      MONGODB_DATABASE: z.string().default(defaultMongoDatabase),
      S3_URL: urlVariable('http:', 'https:'),
      REDIS_URL: urlVariable('redis:', 'rediss:'),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      LOG_LEVEL: logLevelVariable,
    },
    { ...source, DATABASE_URL: source['CONTENT_DATABASE_URL'] || source['DATABASE_URL'] },
  );
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl: env.DATABASE_URL,
      mongoUrl: env.MONGODB_URL,
      mongoDatabase: env.MONGODB_DATABASE,
      s3Url: env.S3_URL,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

export const defaultMongoDatabase = 'content';
