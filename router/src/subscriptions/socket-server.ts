import type { Server } from 'node:http';
import {
  AppError,
  Gauge,
  requestIdentity,
  type Closable,
  type Logger,
  type Metrics,
  type RequestIdentity,
} from '@pcc/platform';
import type { PubSub, SessionStore } from '@pcc/stores';
import {
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RequestScope } from '../execution/execution.js';
import type { JsonObject } from '../execution/json.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { fromParameters } from '../http/graphql-request.js';
import { forwardedHeaders } from '../http/forwarded-headers.js';
import { refusalOf, scopeFor } from '../http/graphql-route.js';
import { clientAddress, type RateLimit } from '../http/rate-limit.js';
import type { IdentityService } from '../identity/identity.js';
import type { Pipeline, Ready } from '../pipeline.js';
import { noteErrors, type Observation, type OperationObserver } from '../telemetry/observation.js';
import { close, trackConnections, type Connection, type SocketContext } from './connections.js';
import { observedEvents } from './observed.js';
import { subscriptionOwner } from './owner.js';
import { asGraphQLError, asResult, mapped } from './results.js';
import { startSubscription } from './subscription.js';

export interface SocketServerDeps {
  readonly server: Server;
  readonly pipeline: Pipeline;
  readonly client: SubgraphClient;
  readonly identities: IdentityService;
  readonly sessions: SessionStore;
  readonly pubSub: PubSub;
  readonly rateLimit: RateLimit;
  readonly maxBodyBytes: number;
  readonly maxQueuedMessages: number;
  readonly maxOperationsPerSocket: number;
  readonly requestTimeoutMs: number;
  /** Names, in lower case, of the headers of the opening request that subgraphs get. */
  readonly forwardHeaders: readonly string[];
  readonly trustProxy: boolean;
  /** `undefined` when nothing watches operations. */
  readonly observer: OperationObserver | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const keepAliveMs = 12_000;
/** How long clients may take to say goodbye when the router stops. */
const goodbyeMs = 2_000;

/** Serves `graphql-transport-ws` on `/graphql`: subscriptions, and queries and mutations too. */
export async function startSocketServer(deps: SocketServerDeps): Promise<Closable> {
  const { logger } = deps;
  const sockets = new WebSocketServer({
    server: deps.server,
    path: '/graphql',
    maxPayload: deps.maxBodyBytes,
  });
  sockets.on('error', (error) => logger.error({ err: error }, 'WebSocket server failed'));
  new Gauge({
    name: 'router_open_sockets',
    help: 'WebSocket connections',
    registers: [deps.metrics.registry],
    collect() {
      this.set(sockets.clients.size);
    },
  });

  const connections = await trackConnections(deps.identities, deps.sessions, logger);
  const disposable = useServer<Record<string, unknown>, { connection?: Connection }>(
    {
      connectionInitWaitTimeout: 10_000,
      // Messages of unexpected errors stay in the log.
      isProd: true,
      onConnect: (context) => connections.admit(context),
      onSubscribe: (context, _id, payload) =>
        admit(deps, context, payload as unknown as JsonObject),
      execute: (args) => execute(deps, operationOf(args)),
      subscribe: (args) => subscribe(deps, operationOf(args)),
      onClose: (context) => connections.release(context),
    },
    sockets,
    keepAliveMs,
  );
  return {
    close: async () => {
      await connections.close();
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, goodbyeMs);
      await disposable.dispose();
      clearTimeout(timer);
    },
  };
}

/** An admitted operation, carried through graphql-ws as its context value. */
interface Admitted {
  readonly ready: Ready;
  readonly socket: WebSocket;
  readonly observation: Observation | undefined;
  /** @param identity of the operation itself, or a fresh one for an event */
  readonly scope: (identity?: RequestIdentity) => Promise<RequestScope>;
  readonly identity: RequestIdentity;
}

const operationOf = (args: ExecutionArgs): Admitted => args.contextValue as Admitted;

async function admit(
  deps: SocketServerDeps,
  { extra, subscriptions }: SocketContext,
  payload: JsonObject,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { socket, request, connection } = extra;
  const own = requestIdentity(() => undefined);
  const { requestId, traceId } = own;
  const observation = deps.observer?.begin({ transport: 'ws', requestId, traceId });
  try {
    const identity = await deps.identities.authenticate(connection?.authorization);
    await deps.rateLimit(identity, clientAddress(request, deps.trustProxy));
    if (Object.keys(subscriptions).length > deps.maxOperationsPerSocket) {
      throw new AppError('RATE_LIMITED', 'Too many operations are open on this connection.');
    }
    const ready = await deps.pipeline.prepare(fromParameters(payload), observation);
    const { prepared, supergraph } = ready;
    if (prepared.kind === OperationTypeNode.SUBSCRIPTION && prepared.primary === undefined) {
      throw new AppError('BAD_USER_INPUT', 'A subscription must select an event.');
    }
    supergraph.engine.coerceVariables(prepared, ready.variables);
    const forwarded = forwardedHeaders(request, deps.forwardHeaders);
    const scope: Admitted['scope'] = (asking = requestIdentity(() => undefined)) => {
      const log = deps.logger.child({ requestId: asking.requestId, traceId: asking.traceId });
      const watched = { observation: asking === own ? observation : undefined };
      return scopeFor(deps, identity, forwarded, { identity: asking, log }, watched);
    };
    const contextValue: Admitted = { ready, socket, observation, scope, identity: own };
    return { schema: supergraph.engine.schema, document: prepared.document, contextValue };
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') {
      close(socket, 'revoked');
    }
    const { status, errors } = refusalOf(error, requestId);
    if (status === 500) deps.logger.error({ err: error, requestId }, 'a socket operation failed');
    end(deps, observation, { status, errors });
    return errors.map(asGraphQLError);
  }
}

function end(
  { observer }: SocketServerDeps,
  observation: Observation | undefined,
  outcome: {
    readonly errors?: readonly GraphQLFormattedError[] | undefined;
    readonly status?: number;
    readonly data?: string;
  },
): void {
  if (observation === undefined) return;
  noteErrors(observation, outcome.errors);
  observer?.end(observation, { status: outcome.status ?? 200, body: outcome.data ?? '' });
}

async function execute(
  deps: SocketServerDeps,
  { ready, scope, identity, observation }: Admitted,
): Promise<ExecutionResult> {
  try {
    const result = await deps.pipeline.run(ready, await scope(identity));
    // The pipeline has noted its errors.
    end(deps, observation, { data: result.data });
    return asResult(result);
  } catch (error) {
    end(deps, observation, refusalOf(error, identity.requestId));
    throw error;
  }
}

async function subscribe(
  deps: SocketServerDeps,
  { ready, scope, socket, identity, observation }: Admitted,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const { prepared, variables, supergraph } = ready;
  if (prepared.primary === undefined) throw new Error('a subscription without an event');
  const owner = subscriptionOwner(deps.client, prepared.primary, variables);
  const stream = await startSubscription({
    // Opening belongs to the operation; replays and events are asked for later.
    owner: { ...owner, open: async () => owner.open(await scope(identity)) },
    pubSub: deps.pubSub,
    scope,
    complete: (event, eventScope) =>
      supergraph.engine.execute(prepared, variables, eventScope, event),
    observed: observedEvents(deps.observer, prepared),
    maxQueuedMessages: deps.maxQueuedMessages,
    onOverflow: () => close(socket, 'slowConsumer'),
    logger: deps.logger,
  });
  const errors = 'errors' in stream ? stream.errors : undefined;
  end(deps, observation, { errors });
  return 'errors' in stream
    ? { errors: stream.errors.map(asGraphQLError) }
    : mapped(stream, asResult);
}
