import {
  ConfigError,
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';
import type { LearningConfig } from './config.js';

/** Variables of a learning process. `LEARNING_DATABASE_URL` goes before `DATABASE_URL`. */
const variables = {
  PORT: portVariable.default(4001),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: urlVariable('postgresql:', 'postgres:').optional(),
  LEARNING_DATABASE_URL: urlVariable('postgresql:', 'postgres:').optional(),
  VIEWER_SIGNING_SECRETS: secretListVariable,
  ACCESS_TOKEN_SIGNING_KEYS: z.string().transform(keysOf),
  REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
  LOG_LEVEL: logLevelVariable,
};

export interface LearningEnv {
  readonly config: LearningConfig;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

/** @throws ConfigError naming every missing or wrong variable */
export function readLearningEnv(source: Readonly<Record<string, string | undefined>>): LearningEnv {
  const env = parseEnv(variables, source);
  const databaseUrl = env.LEARNING_DATABASE_URL ?? env.DATABASE_URL;
  if (databaseUrl === undefined) {
    throw new ConfigError(['LEARNING_DATABASE_URL or DATABASE_URL is not set']);
  }
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
      signingKeys: env.ACCESS_TOKEN_SIGNING_KEYS,
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

/** This process's own environment. @throws ConfigError */
export const readProcessEnv = (): LearningEnv => readLearningEnv(process.env);

/** One private key (JWK or PEM), or a JSON Web Key Set of several, newest first. */
function keysOf(text: string): string[] {
  try {
    const { keys } = z.object({ keys: z.array(z.looseObject({})) }).parse(JSON.parse(text));
    return keys.map((key) => JSON.stringify(key));
  } catch {
    return [text];
  }
}
