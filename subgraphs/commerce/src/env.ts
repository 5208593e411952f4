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

/**
 * The configuration of a commerce process of its own.
 * @throws ConfigError naming each missing or wrong variable
 */
export function readCommerceEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): CommerceConfig & { readonly logLevel: string; readonly redisUrl: string | undefined } {
  const named = {
    ...source,
    DATABASE_URL: source['COMMERCE_DATABASE_URL'] || source['DATABASE_URL'],
  };
  const variables = parseEnv(
    {
      HOST: z.string().default('127.0.0.1'),
      PORT: portVariable.default(4002),
      DATABASE_URL: postgresUrl,
      VIEWER_SIGNING_SECRETS: secretListVariable,
      COMMERCE_PUBLIC_URL: urlVariable('http:', 'https:'),
      PAYMENT_PROVIDER: z.enum(['sandbox']),
      PAYMENT_WEBHOOK_SECRETS: secretListVariable,
      REDIS_URL: urlVariable('redis:', 'rediss:').optional(),
      LOG_LEVEL: logLevelVariable,
    },
    named,
  );
  return {
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: variables.DATABASE_URL,
    viewerSecrets: variables.VIEWER_SIGNING_SECRETS,
    publicUrl: variables.COMMERCE_PUBLIC_URL,
    webhookSecrets: variables.PAYMENT_WEBHOOK_SECRETS,
    paymentProvider: variables.PAYMENT_PROVIDER,
    redisUrl: variables.REDIS_URL,
    logLevel: variables.LOG_LEVEL,
  };
}
