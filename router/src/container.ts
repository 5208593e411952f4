import { createHash } from 'node:crypto';
import {
  closeStack,
  createMetrics,
  startHttpServer,
  viewerSigner,
  type Closable,
  type Logger,
} from '@pcc/platform';
import type { RedisPorts } from '@pcc/stores';
import { persistedQueries } from './cache/persisted-queries.js';
import { responseCache } from './cache/response-cache.js';
import { defaultLimits, defaultRateLimits, type RouterConfig } from './config.js';
import { createEngine } from './execution/engine.js';
import { subgraphClient } from './execution/subgraph-client.js';
import { graphqlRoute } from './http/graphql-route.js';
import { playgroundRoutes } from './http/playground.js';
import { rateLimit } from './http/rate-limit.js';
import { identityService } from './identity/identity.js';
import { createPipeline, type ActiveSupergraph } from './pipeline.js';
import { startSocketServer } from './subscriptions/socket-server.js';
import {
  composedSource,
  fileSource,
  withLastGood,
  type SupergraphSource,
} from './supergraph/sources.js';
import { loadSupergraph } from './supergraph/supergraph.js';

export interface RouterOptions {
  readonly config: RouterConfig;
  readonly redis: RedisPorts;
  readonly logger: Logger;
}

export interface RunningRouter extends Closable {
  readonly port: number;
}

const defaultPollMs = 5_000;
const defaultStartTimeoutMs = 15_000;

/**
 * Starts the router: loads the supergraph, then listens.
 * @throws when there is no usable supergraph, or the port is not to be had; nothing is left open then
 */
export async function startRouter(options: RouterOptions): Promise<RunningRouter> {
  const resources = closeStack(options.logger);
  try {
    const port = await wire(options, resources);
    return { port, close: () => resources.close() };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

/** All the wiring. @returns the port */
async function wire(
  { config, redis, logger }: RouterOptions,
  resources: ReturnType<typeof closeStack>,
): Promise<number> {
  const limits = { ...defaultLimits, ...config.limits };
  const metrics = createMetrics('router');
  let active: ActiveSupergraph | undefined;
  const supergraph = (): ActiveSupergraph => {
    if (active === undefined) throw new Error('no supergraph is loaded');
    return active;
  };

  const client = subgraphClient({
    urlOf: (name) => config.subgraphs?.[name] ?? active?.engine.subgraphs.get(name),
    timeoutMs: limits.subgraphTimeoutMs,
    maxResponseBytes: limits.maxSubgraphAnswerBytes,
    metrics,
  });
  resources.use('subgraph connections', client);

  const loaded = await loadSupergraph({
    source: sourceOf(config, logger),
    pollMs: config.supergraphPollMs ?? defaultPollMs,
    startTimeoutMs: config.startTimeoutMs ?? defaultStartTimeoutMs,
    logger,
    onLoad: (supergraphSdl) => {
      const engine = createEngine({
        supergraphSdl,
        client,
        limits,
        introspection: config.introspection ?? true,
        exposeSubgraphNames: config.exposeSubgraphNames ?? true,
        logger,
      });
      const id = createHash('sha256').update(supergraphSdl).digest('base64url');
      active = { id, engine };
    },
  });
  resources.use('supergraph', loaded);

  const identities = identityService({ ...config, sessions: redis.sessions, logger });
  const limitRate = rateLimit(
    redis.rateLimiter,
    config.rateLimits === false ? false : { ...defaultRateLimits, ...config.rateLimits },
    logger,
  );
  const pipeline = createPipeline({
    supergraph,
    persisted: persistedQueries(redis.cache),
    cache: config.responseCache === false ? undefined : responseCache(redis.cache, logger, metrics),
  });
  const trustProxy = config.trustProxy ?? false;

  const http = await startHttpServer({
    port: config.port,
    host: config.host ?? '127.0.0.1',
    logger,
    metrics,
    stores: [
      { name: 'redis', ping: () => redis.ping() },
      ...[...supergraph().engine.subgraphs.keys()].map((name) => ({
        name,
        ping: () => client.ping(name),
      })),
    ],
    routes: {
      ...(config.playground === false ? {} : playgroundRoutes(() => supergraph().engine.schema)),
      '/graphql': graphqlRoute({
        pipeline,
        identities,
        rateLimit: limitRate,
        corsOrigins: config.corsOrigins ?? [],
        maxBodyBytes: limits.maxBodyBytes,
        trustProxy,
      }),
    },
  });
  resources.use('HTTP server', http);

  const sockets = await startSocketServer({
    server: http.server,
    pipeline,
    client,
    identities,
    sessions: redis.sessions,
    pubSub: redis.pubSub,
    rateLimit: limitRate,
    maxMessageBytes: limits.maxBodyBytes,
    maxQueuedMessages: limits.maxQueuedMessages,
    maxOperationsPerSocket: limits.maxOperationsPerSocket,
    trustProxy,
    logger,
    metrics,
  });
  resources.use('WebSocket server', sockets);
  return http.port;
}

function sourceOf(config: RouterConfig, logger: Logger): SupergraphSource {
  if (config.supergraphFile !== undefined) return fileSource(config.supergraphFile);
  const signer = viewerSigner(config.viewerSecrets);
  const composed = composedSource(config.subgraphs ?? {}, signer, logger);
  return config.lastGoodSupergraphFile === undefined
    ? composed
    : withLastGood(composed, config.lastGoodSupergraphFile, logger);
}
