import {
  ConfigError,
  flagVariable,
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
  urlVariable,
} from '@pcc/platform';
import { z } from 'zod';
import type { RouterConfig } from './config.js';

export interface RouterEnv {
  readonly config: RouterConfig;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

const listVariable = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const isUrl = (value: string) => URL.canParse(value);

/** `name=URL,name=URL` */
const subgraphsVariable = listVariable
  .transform((items) =>
    Object.fromEntries(
      items.map((item) => [item.replace(/=.*$/, ''), item.replace(/^[^=]*=/, '')] as const),
    ),
  )
  .refine((subgraphs: Record<string, string>) => Object.values(subgraphs).every(isUrl), {
    message: 'must look like learning=http://host:4001/graphql,commerce=http://…',
  });

const countVariable = z.coerce.number().int().min(1);

/** Reads the router's configuration. @throws ConfigError naming every wrong or missing variable */
export function readRouterEnv(
  source: Readonly<Record<string, string | undefined>> = process.env,
): RouterEnv {
  const production = source['NODE_ENV'] === 'production';
  const redisUrl = urlVariable('redis:', 'rediss:');
  const env = parseEnv(
    {
      PORT: portVariable.default(4000),
      HOST: z.string().default('0.0.0.0'),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      JWKS_URL: urlVariable('http:', 'https:'),
      SUBGRAPHS: subgraphsVariable.optional(),
      SUPERGRAPH_FILE: z.string().optional(),
      LAST_GOOD_SUPERGRAPH_FILE: z.string().optional(),
      SUPERGRAPH_POLL_MS: z.coerce.number().int().min(0).optional(),
      // Rate limits and sessions must agree between routers.
      REDIS_URL: production ? redisUrl : redisUrl.optional(),
      CORS_ORIGINS: listVariable.optional(),
      INTROSPECTION: flagVariable.default(!production),
      PLAYGROUND: flagVariable.default(!production),
      EXPOSE_SUBGRAPH_NAMES: flagVariable.default(!production),
      RESPONSE_CACHE: flagVariable.default(true),
      TRUST_PROXY: flagVariable.default(false),
      RATE_LIMITS: flagVariable.default(true),
      MAX_BODY_BYTES: countVariable.optional(),
      MAX_DEPTH: countVariable.optional(),
      MAX_TOKENS: countVariable.optional(),
      SUBGRAPH_TIMEOUT_MS: countVariable.optional(),
      LOG_LEVEL: logLevelVariable,
    },
    source,
  );
  if (env.SUBGRAPHS === undefined && env.SUPERGRAPH_FILE === undefined) {
    throw new ConfigError(['SUPERGRAPH_FILE or SUBGRAPHS must be set']);
  }
  return { config: configOf(env), redisUrl: env.REDIS_URL, logLevel: env.LOG_LEVEL };
}

interface Variables {
  readonly PORT: number;
  readonly HOST: string;
  readonly VIEWER_SIGNING_SECRETS: string[];
  readonly JWKS_URL: string;
  readonly SUBGRAPHS?: Record<string, string> | undefined;
  readonly SUPERGRAPH_FILE?: string | undefined;
  readonly LAST_GOOD_SUPERGRAPH_FILE?: string | undefined;
  readonly SUPERGRAPH_POLL_MS?: number | undefined;
  readonly CORS_ORIGINS?: string[] | undefined;
  readonly INTROSPECTION: boolean;
  readonly PLAYGROUND: boolean;
  readonly EXPOSE_SUBGRAPH_NAMES: boolean;
  readonly RESPONSE_CACHE: boolean;
  readonly TRUST_PROXY: boolean;
  readonly RATE_LIMITS: boolean;
  readonly MAX_BODY_BYTES?: number | undefined;
  readonly MAX_DEPTH?: number | undefined;
  readonly MAX_TOKENS?: number | undefined;
  readonly SUBGRAPH_TIMEOUT_MS?: number | undefined;
}

const configOf = (env: Variables): RouterConfig => ({
  port: env.PORT,
  host: env.HOST,
  viewerSecrets: env.VIEWER_SIGNING_SECRETS,
  jwksUrl: env.JWKS_URL,
  subgraphs: env.SUBGRAPHS,
  supergraphFile: env.SUPERGRAPH_FILE,
  lastGoodSupergraphFile: env.LAST_GOOD_SUPERGRAPH_FILE,
  supergraphPollMs: env.SUPERGRAPH_POLL_MS,
  corsOrigins: env.CORS_ORIGINS,
  introspection: env.INTROSPECTION,
  playground: env.PLAYGROUND,
  exposeSubgraphNames: env.EXPOSE_SUBGRAPH_NAMES,
  responseCache: env.RESPONSE_CACHE,
  trustProxy: env.TRUST_PROXY,
  rateLimits: env.RATE_LIMITS ? undefined : false,
  limits: {
    ...(env.MAX_BODY_BYTES === undefined ? {} : { maxBodyBytes: env.MAX_BODY_BYTES }),
    ...(env.MAX_DEPTH === undefined ? {} : { maxDepth: env.MAX_DEPTH }),
    ...(env.MAX_TOKENS === undefined ? {} : { maxTokens: env.MAX_TOKENS }),
    ...(env.SUBGRAPH_TIMEOUT_MS === undefined
      ? {}
      : { subgraphTimeoutMs: env.SUBGRAPH_TIMEOUT_MS }),
  },
});

/** `@apollo/gateway` reports to Apollo over the internet unless this variable says no. */
export function disableApolloTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
