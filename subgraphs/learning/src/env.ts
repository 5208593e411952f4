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

const postgresUrl = urlVariable('postgresql:', 'postgres:');

export interface LearningEnv {
  readonly config: LearningConfig;
  /** Sessions and events cross processes, so a process of its own cannot do without. */
  readonly redisUrl: string;
  readonly logLevel: string;
}

/**
 * The configuration of a learning process of its own. `LEARNING_DATABASE_URL` goes before `DATABASE_URL`.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readLearningEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): LearningEnv {
  const env = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4001),
      DATABASE_URL: postgresUrl,
      VIEWER_SIGNING_SECRETS: secretListVariable,
      TOKEN_SIGNING_KEYS: z.string(),
      REDIS_URL: urlVariable('redis:', 'rediss:'),
      LOG_LEVEL: logLevelVariable,
    },
    { ...source, DATABASE_URL: source['LEARNING_DATABASE_URL'] || source['DATABASE_URL'] },
  );
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl: env.DATABASE_URL,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
      signingKeys: keysOf(env.TOKEN_SIGNING_KEYS),
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

const keySet = z.object({ keys: z.array(z.looseObject({})).min(1) });

/**
 * One private key as JWK or PEM, or a JSON Web Key Set of several, newest first.
 * @throws ConfigError when JSON is begun and not ended; what the keys are is checked where they are used
 */
function keysOf(text: string): string[] {
  if (!text.trimStart().startsWith('{')) return [text];
  try {
    const json: unknown = JSON.parse(text);
    const set = keySet.safeParse(json);
    return set.success ? set.data.keys.map((key) => JSON.stringify(key)) : [text];
  } catch {
    throw new ConfigError(['TOKEN_SIGNING_KEYS is not valid JSON']);
  }
}
