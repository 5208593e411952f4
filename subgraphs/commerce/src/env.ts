import {
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';

export interface CommerceConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly databaseUrl: string;
  /** Any of these may have signed the router's viewer header. */
  readonly viewerSecrets: readonly string[];
  /** The origin where buyers' browsers reach commerce; its own address on loopback when left out. */
  readonly publicUrl?: string;
  /** Of the webhook endpoint, newest first. The sandbox signs with the first. */
  readonly webhookSecrets: readonly string[];
  readonly paymentProvider: 'sandbox';
}

const postgresUrl = urlVariable('postgres:', 'postgresql:');

export interface CommerceEnv {
  readonly config: CommerceConfig;
  /** Events cross processes, so a process of its own cannot do without. */
  readonly redisUrl: string;
  readonly logLevel: string;
}

/**
 * The configuration of a commerce process of its own. `COMMERCE_DATABASE_URL` goes before `DATABASE_URL`.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readCommerceEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): CommerceEnv {
  const env = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4002),
      DATABASE_URL: postgresUrl,
      VIEWER_SIGNING_SECRETS: secretListVariable,
      COMMERCE_PUBLIC_URL: urlVariable('http:', 'https:'),
      PAYMENT_PROVIDER: z.enum(['sandbox']),
      PAYMENT_WEBHOOK_SECRETS: secretListVariable,
      REDIS_URL: urlVariable('redis:', 'rediss:'),
      LOG_LEVEL: logLevelVariable,
    },
    { ...source, DATABASE_URL: source['COMMERCE_DATABASE_URL'] || source['DATABASE_URL'] },
  );
  return {
    config: {
      host: env.HOST,
      port: env.PORT,
      databaseUrl: env.DATABASE_URL,
      viewerSecrets: env.VIEWER_SIGNING_SECRETS,
      publicUrl: env.COMMERCE_PUBLIC_URL,
      webhookSecrets: env.PAYMENT_WEBHOOK_SECRETS,
      paymentProvider: env.PAYMENT_PROVIDER,
    },
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}
