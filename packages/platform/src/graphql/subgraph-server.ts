import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap.js';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { StoreCheck } from '../health.js';
import {
  headerOf,
  parseJsonObject,
  readBody,
  startHttpServer,
  type Route,
  type RouteContext,
  type RunningHttpServer,
} from '../http-server.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { viewerHeader, type ViewerVerifier } from '../viewer.js';
import { checkCachePolicies } from './cache-policies.js';
import { checkListSizes } from './list-sizes.js';
import type { RequestContext } from './context.js';
import { formatGraphQLError } from './errors.js';
import { scalarResolvers } from './scalars.js';
import { subscriptionRoutes } from './subscription-routes.js';

export interface SubgraphServerOptions<Context extends RequestContext> {
  readonly port: number;
  readonly host: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly typeDefs: readonly DocumentNode[];
  /** Resolver maps of the features; a type may have a part in each. */
  readonly resolvers: readonly object[];
  readonly verifier: ViewerVerifier;
  readonly stores: readonly StoreCheck[];
  /** Adds services and fresh loaders to a request. */
  readonly createContext: (request: RequestContext) => Context;
  /** Routes beside GraphQL: webhooks, JWKS. They see unsigned requests. */
  readonly routes?: Readonly<Record<string, Route>>;
}

/** A router's batch of representations is the largest thing that comes in. */
export const maximumBodyBytes = 4 * 1024 * 1024;

/** Merges the features' resolver maps, type by type, and adds the shared scalars. */
export function mergeResolvers(maps: readonly object[]): GraphQLResolverMap<unknown> {
  const merged: Record<string, object> = { ...scalarResolvers };
  for (const map of maps) {
    for (const [type, fields] of Object.entries(map) as [string, object][]) {
      merged[type] = { ...merged[type], ...fields };
    }
  }
  return merged as GraphQLResolverMap<unknown>;
}

/**
 * The executable schema of a subgraph: also what `npm run schema:compose` prints.
 * @throws when a field's cache policy is missing where it must be said
 */
export function buildSchema(
  typeDefs: readonly DocumentNode[],
  resolvers: readonly object[],
): GraphQLSchema {
  const merged = mergeResolvers(resolvers);
  const schema = buildSubgraphSchema([
    { typeDefs: typeDefs[0] as DocumentNode, resolvers: merged },
    ...typeDefs.slice(1).map((document) => ({ typeDefs: document })),
  ]);
  attachSubscriptionHandlers(schema, merged);
  checkCachePolicies(schema, merged);
  checkListSizes(schema);
  return schema;
}

/** `buildSubgraphSchema` keeps `resolve` and `subscribe` of a field and drops its extensions. */
function attachSubscriptionHandlers(
  schema: GraphQLSchema,
  resolvers: GraphQLResolverMap<unknown>,
): void {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const handlers = (resolvers['Subscription'] ?? {}) as Record<string, { extensions?: object }>;
  for (const [name, field] of Object.entries(fields)) {
    field.extensions = { ...field.extensions, ...handlers[name]?.extensions };
  }
}

/**
 * Serves a subgraph on `/graphql` and `/internal/subscriptions/*`. Every request must carry the router's
 * signature; there is no way in for a client that knows the port.
 */
export async function startSubgraphServer<Context extends RequestContext>(
  options: SubgraphServerOptions<Context>,
): Promise<RunningHttpServer> {
  const schema = buildSchema(options.typeDefs, options.resolvers);
  const apollo = new ApolloServer<Context>({
    schema,
    // The process has its own shutdown; Apollo's signal handlers would hang it (measured).
    stopOnTerminationSignals: false,
    introspection: true,
    // Only the router reaches this server, always with JSON by POST.
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // The access log of the platform already tells; Apollo's own logger is for start-up failures.
    logger: options.logger,
    formatError: (formatted) => formatted,
    plugins: [
      ApolloServerPluginCacheControl({ defaultMaxAge: 0 }),
      // Traces for Apollo's own gateway, which nobody here reads.
      ApolloServerPluginInlineTraceDisabled(),
      {
        // Formats here, where the request's context is known, rather than in formatError.
        requestDidStart: async () => ({
          willSendResponse: async ({ response, errors, contextValue }) => {
            if (response.body.kind !== 'single' || errors === undefined) return;
            response.body.singleResult.errors = errors.map((error) =>
              formatGraphQLError(error.toJSON(), error, {
                log: contextValue.log,
                requestId: contextValue.identity.requestId,
              }),
            );
          },
        }),
      },
    ],
  });
  await apollo.start();

  const contextOf = async (request: IncomingMessage, { identity, log }: RouteContext) => {
    const viewer = await options.verifier.verify(headerOf(request, viewerHeader));
    return options.createContext({ viewer, identity, log });
  };
  const running = await startHttpServer({
    port: options.port,
    host: options.host,
    logger: options.logger,
    metrics: options.metrics,
    stores: options.stores,
    routes: {
      ...options.routes,
      ...subscriptionRoutes(schema, contextOf),
      '/graphql': async (request, response, routeContext) => {
        const context = await contextOf(request, routeContext);
        const body = parseJsonObject(await readBody(request, maximumBodyBytes));
        await answer(apollo, request, response, body, context);
      },
    },
  });
  return {
    ...running,
    close: async () => {
      await running.close();
      await apollo.stop();
    },
  };
}

async function answer<Context extends RequestContext>(
  apollo: ApolloServer<Context>,
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  context: Context,
): Promise<void> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const result = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'POST', headers, search: '', body },
    context: async () => context,
  });
  response.statusCode = result.status ?? 200;
  for (const [name, value] of result.headers) response.setHeader(name, value);
  if (result.body.kind !== 'complete') throw new Error('Subgraphs do not answer in parts.');
  response.end(result.body.string);
}
