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

/** The configuration of a process of its own. */
export interface ContentProcessConfig extends ContentConfig {
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

const postgresUrl = urlVariable('postgres:', 'postgresql:');

/** @throws ConfigError naming each wrong or missing variable */
export function readContentEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): ContentProcessConfig {
  // The own variable wins; one server for all subgraphs is the usual case.
  const own = source['CONTENT_DATABASE_URL'];
  const env = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4003),
      DATABASE_URL: postgresUrl,
      MONGODB_URL: urlVariable('mongodb:', 'mongodb+srv:'),
      MONGODB_DATABASE: z.string().default(defaultMongoDatabase),
      S3_URL: urlVariable('http:', 'https:'),
      REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      LOG_LEVEL: logLevelVariable,
    },
    own === undefined || own === '' ? source : { ...source, DATABASE_URL: own },
  );
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    mongoUrl: env.MONGODB_URL,
    mongoDatabase: env.MONGODB_DATABASE,
    s3Url: env.S3_URL,
    viewerSecrets: env.VIEWER_SIGNING_SECRETS,
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

export const defaultMongoDatabase = 'content';
