import {
  ConfigError,
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';
import type { LearningConfig, OperatorConfig } from './config.js';

const verificationUrl = z
  .string()
  .refine(
    (value) => value.includes('{code}') && URL.canParse(value),
    'must be a URL with {code} in it',
  );
/** Learning's own page; in production only the school knows where its proxy serves that, or a page of its own. */
const verificationVariable = (source: Readonly<Record<string, string | undefined>>) =>
  source['NODE_ENV'] === 'production'
    ? verificationUrl
    : verificationUrl.default(`http://127.0.0.1:${source['PORT'] || 4001}/certificates/{code}`);

const postgresUrl = urlVariable('postgresql:', 'postgres:');

export interface LearningEnv {
  readonly config: LearningConfig;
  /** Sessions and events cross processes, so a process of its own cannot do without. */
  readonly redisUrl: string;
  readonly logLevel: string;
}

const smtpUrl = urlVariable('smtp:', 'smtps:');
const webUrl = urlVariable('http:', 'https:');

interface MailVariables {
  readonly SMTP_URL: z.ZodType<string | undefined>;
  readonly MAIL_FROM: z.ZodType<string>;
  readonly PUBLIC_URL: z.ZodType<string>;
}

/** In production a mail that stays in memory is an account that nobody can open, and links must lead somewhere. */
const mailVariables = (isProduction: boolean): MailVariables =>
  isProduction
    ? { SMTP_URL: smtpUrl, MAIL_FROM: z.string(), PUBLIC_URL: webUrl }
    : {
        SMTP_URL: smtpUrl.optional(),
        MAIL_FROM: z.string().default('no-reply@localhost'),
        PUBLIC_URL: webUrl.default('http://127.0.0.1:4000'),
      };

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
      S3_URL: urlVariable('http:', 'https:'),
      CERTIFICATE_VERIFICATION_URL: verificationVariable(source),
      LOG_LEVEL: logLevelVariable,
      ...mailVariables(source['NODE_ENV'] === 'production'),
    },
    withOwnDatabase(source),
  );
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl: env.DATABASE_URL,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
      signingKeys: keysOf(env.TOKEN_SIGNING_KEYS),
      smtp: env.SMTP_URL === undefined ? undefined : { url: env.SMTP_URL, from: env.MAIL_FROM },
      publicUrl: env.PUBLIC_URL,
      s3Url: env.S3_URL,
      verificationUrl: env.CERTIFICATE_VERIFICATION_URL,
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

/**
 * What the operator's command takes when it works on the database by itself: no more than the database's address.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readOperatorEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): OperatorConfig {
  const env = parseEnv(
    {
      DATABASE_URL: postgresUrl,
      REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
      TOKEN_SIGNING_KEYS: z.string().optional(),
      PUBLIC_URL: webUrl.optional(),
    },
    withOwnDatabase(source),
  );
  const { TOKEN_SIGNING_KEYS: keys } = env;
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    signingKeys: keys === undefined ? undefined : keysOf(keys),
    publicUrl: env.PUBLIC_URL,
  };
}

/** `LEARNING_DATABASE_URL` goes before `DATABASE_URL`. */
const withOwnDatabase = (source: Readonly<Record<string, string | undefined>>) => ({
  ...source,
  DATABASE_URL: source['LEARNING_DATABASE_URL'] || source['DATABASE_URL'],
});

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
