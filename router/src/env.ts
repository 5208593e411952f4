import { randomBytes } from 'node:crypto';
import {
  ConfigError,
  flagVariable,
  logLevelVariable,
  parseEnv,
  portVariable,
  secretListVariable,
} from '@pcc/platform';
import { z } from 'zod';
import type { Limits, RouterConfig } from './config.js';
import {
  countVariable,
  forwardHeadersVariable,
  jwksUrlVariable,
  listVariable,
  otlpUrlVariable,
  rateLimitsVariable,
  redisUrlVariable,
  subgraphsVariable,
} from './env-variables.js';

export interface RouterEnv {
  readonly config: RouterConfig;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

type Source = Readonly<Record<string, string | undefined>>;

/** Reads the router's configuration. @throws ConfigError naming every wrong or missing variable */
export function readRouterEnv(source: Source = process.env): RouterEnv {
  // Rate limits and sessions must agree between routers.
  const inProduction = source['NODE_ENV'] === 'production';
  return readEnv(source, {
    JWKS_URL: jwksUrlVariable,
    REDIS_URL: inProduction ? redisUrlVariable : redisUrlVariable.optional(),
  });
}

/** What `serve.ts` is told on its command line. */
export interface ServeArguments {
  readonly supergraph: string;
  readonly port: string;
  /** `name=URL`, each in place of the file's routing URL. */
  readonly urls: readonly string[];
}

/**
 * The configuration of a router that stands alone before any supergraph: everybody is anonymous unless
 * JWKS_URL is set, and nothing is limited by rate unless RATE_LIMITS is.
 * @throws ConfigError naming every wrong variable
 */
export const readServeEnv = (
  { supergraph, port, urls }: ServeArguments,
  source: Source = process.env,
): RouterEnv =>
  readEnv(
    {
      HOST: '127.0.0.1',
      RATE_LIMITS: 'false',
      PERFORMANCE_SAMPLE_RATE: '0',
      LOG_LEVEL: 'warn',
      // Nobody has to verify: subgraphs of other makers do not know the header.
      VIEWER_SIGNING_SECRETS: randomBytes(32).toString('hex'),
      ...source,
      SUPERGRAPH_FILE: supergraph,
      PORT: port,
      SUBGRAPHS: urls.join(','),
    },
    { JWKS_URL: jwksUrlVariable.optional(), REDIS_URL: redisUrlVariable.optional() },
  );

interface Required {
  readonly JWKS_URL: z.ZodType<string | undefined>;
  readonly REDIS_URL: z.ZodType<string | undefined>;
}

type Variables = ReturnType<typeof variablesOf>;

function variablesOf(source: Source, required: Required) {
  const production = source['NODE_ENV'] === 'production';
  return parseEnv(
    {
      ...required,
      PORT: portVariable.default(4000),
      HOST: z.string().default('0.0.0.0'),
      VIEWER_SIGNING_SECRETS: secretListVariable,
      SUBGRAPHS: subgraphsVariable.optional(),
      SUPERGRAPH_FILE: z.string().optional(),
      LAST_GOOD_SUPERGRAPH_FILE: z.string().optional(),
      SUPERGRAPH_POLL_MS: z.coerce.number().int().min(0).optional(),
      CORS_ORIGINS: listVariable.optional(),
      INTROSPECTION: flagVariable.default(!production),
      PLAYGROUND: flagVariable.default(!production),
      EXPOSE_SUBGRAPH_NAMES: flagVariable.default(!production),
      EXPOSE_DEFECTS: flagVariable.default(!production),
      RESPONSE_CACHE: flagVariable.default(true),
      ENTITY_CACHE: flagVariable.default(true),
      FORWARD_HEADERS: forwardHeadersVariable.optional(),
      TRUSTED_DOCUMENTS: z.string().optional(),
      TRUSTED_ONLY: flagVariable.default(false),
      TRUST_PROXY: flagVariable.default(false),
      DEDUPLICATION: flagVariable.default(true),
      RATE_LIMITS: rateLimitsVariable.optional(),
      EXPLAIN: flagVariable.default(!production),
      SLOW_OPERATION_MS: z.coerce.number().int().min(0).optional(),
      PERFORMANCE_SAMPLE_RATE: z.coerce.number().min(0).max(1).optional(),
      // OpenTelemetry's own variables; its SDK reads the rest of them itself.
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrlVariable.optional(),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrlVariable.optional(),
      OTEL_SDK_DISABLED: flagVariable.default(false),
      MAX_BODY_BYTES: countVariable.optional(),
      MAX_DEPTH: countVariable.optional(),
      MAX_TOKENS: countVariable.optional(),
      MAX_ALIASES: countVariable.optional(),
      MAX_DIRECTIVES: countVariable.optional(),
      MAX_ROOT_FIELDS: countVariable.optional(),
      MAX_COST: countVariable.optional(),
      MAX_SOCKETS: countVariable.optional(),
      MAX_SOCKETS_PER_VIEWER: countVariable.optional(),
      MAX_SUBSCRIPTIONS: countVariable.optional(),
      MAX_SUBSCRIPTIONS_PER_VIEWER: countVariable.optional(),
      SUBGRAPH_TIMEOUT_MS: countVariable.optional(),
      REQUEST_TIMEOUT_MS: countVariable.optional(),
      LOG_LEVEL: logLevelVariable,
    },
    source,
  );
}

function readEnv(source: Source, required: Required): RouterEnv {
  const env = variablesOf(source, required);
  if (env.SUBGRAPHS === undefined && env.SUPERGRAPH_FILE === undefined) {
    throw new ConfigError(['SUPERGRAPH_FILE or SUBGRAPHS must be set']);
  }
  if (env.TRUSTED_ONLY && env.TRUSTED_DOCUMENTS === undefined) {
    throw new ConfigError(['TRUSTED_ONLY needs TRUSTED_DOCUMENTS, the folder of the operations']);
  }
  return { config: configOf(env), redisUrl: env.REDIS_URL, logLevel: env.LOG_LEVEL };
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
  exposeDefects: env.EXPOSE_DEFECTS,
  responseCache: env.RESPONSE_CACHE,
  entityCache: env.ENTITY_CACHE,
  forwardHeaders: env.FORWARD_HEADERS,
  trustedDocuments:
    env.TRUSTED_DOCUMENTS === undefined
      ? undefined
      : { directory: env.TRUSTED_DOCUMENTS, only: env.TRUSTED_ONLY },
  trustProxy: env.TRUST_PROXY,
  deduplication: env.DEDUPLICATION,
  rateLimits: env.RATE_LIMITS,
  explain: env.EXPLAIN,
  slowOperationMs: env.SLOW_OPERATION_MS,
  performanceSampleRate: env.PERFORMANCE_SAMPLE_RATE,
  tracing:
    !env.OTEL_SDK_DISABLED &&
    (env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined,
  limits: given({
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxDepth: env.MAX_DEPTH,
    maxTokens: env.MAX_TOKENS,
    maxAliases: env.MAX_ALIASES,
    maxDirectives: env.MAX_DIRECTIVES,
    maxRootFields: env.MAX_ROOT_FIELDS,
    maxCost: env.MAX_COST,
    subgraphTimeoutMs: env.SUBGRAPH_TIMEOUT_MS,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    maxSockets: env.MAX_SOCKETS,
    maxSocketsPerViewer: env.MAX_SOCKETS_PER_VIEWER,
    maxSubscriptions: env.MAX_SUBSCRIPTIONS,
    maxSubscriptionsPerViewer: env.MAX_SUBSCRIPTIONS_PER_VIEWER,
  }),
});

/** Without those that are left out: these have defaults. */
const given = (limits: { readonly [Name in keyof Limits]?: number | undefined }): Partial<Limits> =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** `@apollo/gateway` reports to Apollo over the internet unless this variable says no. */
export function disableApolloTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
