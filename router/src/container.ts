import { createHash } from 'node:crypto';
import {
  closeStack,
  createMetrics,
  startHttpServer,
  viewerSigner,
  type Closable,
  type CloseStack,
  type Logger,
  type Metrics,
} from '@pcc/platform';
import type { RedisPorts } from '@pcc/stores';
import { entityCaches } from './cache/entity-cache.js';
import { persistedQueries } from './cache/persisted-queries.js';
import { responseCache } from './cache/response-cache.js';
import { loadTrustedDocuments, noTrustedDocuments } from './cache/trusted-documents.js';
import {
  defaultLimits,
  defaultPerformanceSampleRate,
  defaultRateLimits,
  type Limits,
  type RouterConfig,
} from './config.js';
import { costLimit } from './cost/cost-limit.js';
import { costModel } from './cost/cost-model.js';
import { costWatch } from './cost/cost-watch.js';
import { createEngine, type Engine } from './execution/engine.js';
import { subgraphClient, type SubgraphClient } from './subgraph-http/subgraph-client.js';
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
import { startTelemetry } from './telemetry/telemetry.js';

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
/** A subgraph that fails so often in a row is not asked for a moment: its fields fail at once instead of late. */
const failuresBeforeRest = 20;
const restMs = 1_000;

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
async function wire(options: RouterOptions, resources: CloseStack): Promise<number> {
  const { config, redis, logger } = options;
  const limits = { ...defaultLimits, ...config.limits };
  const trustProxy = config.trustProxy ?? false;
  const metrics = createMetrics('router');
  const { client, supergraph } = await loadEngine(options, limits, metrics, resources);

  const identities = identityService({ ...config, sessions: redis.sessions, logger });
  const roleLimits = { ...defaultRateLimits, ...config.rateLimits };
  const limitRate = rateLimit(
    redis.rateLimiter,
    config.rateLimits === false ? false : roleLimits,
    logger,
  );
  const trusted =
    config.trustedDocuments === undefined
      ? noTrustedDocuments
      : await loadTrustedDocuments(config.trustedDocuments);
  const persisted = persistedQueries(redis.cache, trusted);
  const cache =
    config.responseCache === false ? undefined : responseCache(redis.cache, logger, metrics);
  const sampleRate = config.performanceSampleRate ?? defaultPerformanceSampleRate;
  const costs = costWatch({ sampleRate, logger, metrics });
  const pipeline = createPipeline({ supergraph, persisted, cache, costs });
  const forwardHeaders = config.forwardHeaders ?? [];
  const subgraphs = [...supergraph().engine.subgraphs.keys()];
  const observed = { config, client, identities, subgraphs, resources, logger, metrics };
  const observer = await startTelemetry(observed);
  const rates = { rateLimit: limitRate, trustProxy };
  const shared = { pipeline, identities, ...rates, forwardHeaders, observer };

  const schema = () => supergraph().engine.schema;
  const graphql = graphqlRoute({
    ...shared,
    corsOrigins: config.corsOrigins ?? [],
    explain: config.explain ?? true,
    maxBodyBytes: limits.maxBodyBytes,
    requestTimeoutMs: limits.requestTimeoutMs,
  });
  const http = await startHttpServer({
    port: config.port,
    host: config.host ?? '127.0.0.1',
    logger,
    metrics,
    stores: [
      { name: 'redis', ping: () => redis.ping() },
      ...subgraphs.map((name) => ({ name, ping: () => client.ping(name) })),
    ],
    routes: {
      ...(config.playground === false ? {} : playgroundRoutes(schema)),
      '/graphql': graphql,
    },
  });
  resources.use('HTTP server', http);

  const { sessions, pubSub } = redis;
  const { server } = http;
  const sockets = { ...shared, ...limits, server, client, sessions, pubSub, logger, metrics };
  resources.use('WebSocket server', await startSocketServer(sockets));
  return http.port;
}

interface LoadedEngine {
  readonly client: SubgraphClient;
  /** The version in use; it changes when the supergraph is reloaded. */
  readonly supergraph: () => ActiveSupergraph;
}

async function loadEngine(
  { config, redis, logger }: RouterOptions,
  limits: Limits,
  metrics: Metrics,
  resources: CloseStack,
): Promise<LoadedEngine> {
  let active: ActiveSupergraph | undefined;
  /** The one in use, and those before it that still plan. */
  const engines = new Set<Engine>();
  let isClosed = false;
  const client = subgraphClient({
    urlOf: (name) => config.subgraphs?.[name] ?? active?.engine.subgraphs.get(name),
    timeoutMs: limits.subgraphTimeoutMs,
    maxResponseBytes: limits.maxSubgraphAnswerBytes,
    failuresBeforeRest,
    restMs,
    metrics,
    logger,
    deduplication: config.deduplication ?? true,
  });
  resources.use('subgraph connections', client);
  const entityCacheFor =
    config.entityCache === false
      ? () => undefined
      : entityCaches({ store: redis.cache, logger, metrics });
  const onLoad = async (supergraphSdl: string) => {
    const engine = await createEngine({
      supergraphSdl,
      client,
      entityCache: entityCacheFor(supergraphSdl),
      limits,
      introspection: config.introspection ?? true,
      disclosure: {
        subgraphNames: config.exposeSubgraphNames ?? true,
        defects: config.exposeDefects ?? true,
      },
      logger,
    });
    engines.add(engine);
    if (isClosed) return engine.close();
    const previous = active?.engine;
    const costs = costModel({ schema: engine.schema, supergraphSdl });
    active = {
      id: createHash('sha256').update(supergraphSdl).digest('base64url'),
      engine,
      costs,
      costLimit: costs.isDeclared ? costLimit(engine.schema, costs, limits.maxCost) : undefined,
    };
    if (previous === undefined) return;
    await previous.retire();
    engines.delete(previous);
  };
  resources.use('planner', {
    close: async () => {
      isClosed = true;
      for (const engine of engines) await engine.close();
    },
  });
  const loaded = await loadSupergraph({
    source: sourceOf(config, logger),
    pollMs: config.supergraphPollMs ?? defaultPollMs,
    // Subgraphs may start at the same time; a missing file will not appear by itself.
    startTimeoutMs:
      config.supergraphFile === undefined ? (config.startTimeoutMs ?? defaultStartTimeoutMs) : 0,
    logger,
    onLoad,
  });
  resources.use('supergraph', loaded);
  return {
    client,
    supergraph: () => {
      if (active === undefined) throw new Error('no supergraph is loaded');
      return active;
    },
  };
}

function sourceOf(config: RouterConfig, logger: Logger): SupergraphSource {
  if (config.supergraphFile !== undefined) return fileSource(config.supergraphFile);
  const signer = viewerSigner(config.viewerSecrets);
  const stored = config.lastGoodSupergraphFile;
  const composed = composedSource(config.subgraphs ?? {}, signer, logger, stored);
  return config.lastGoodSupergraphFile === undefined
    ? composed
    : withLastGood(composed, config.lastGoodSupergraphFile, logger);
}
