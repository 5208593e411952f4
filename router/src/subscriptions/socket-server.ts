import type { Server } from 'node:http';
import {
  AppError,
  errorMessage,
  Gauge,
  requestIdentity,
  type Closable,
  type Logger,
  type Metrics,
} from '@pcc/platform';
import type { PubSub, SessionStore } from '@pcc/stores';
import {
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';
import { CloseCode, type Context } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RequestScope } from '../execution/execution.js';
import type { JsonObject } from '../execution/json.js';
import type { SubgraphClient } from '../execution/subgraph-client.js';
import { fromParameters } from '../http/graphql-request.js';
import { refusalOf, scopeFor } from '../http/graphql-route.js';
import { clientAddress, type RateLimit } from '../http/rate-limit.js';
import type { IdentityService } from '../identity/identity.js';
import type { Pipeline, Ready } from '../pipeline.js';
import { subscriptionOwner } from './owner.js';
import { startSubscription } from './subscription.js';

export interface SocketServerDeps {
  readonly server: Server;
  readonly pipeline: Pipeline;
  readonly client: SubgraphClient;
  readonly identities: IdentityService;
  readonly sessions: SessionStore;
  readonly pubSub: PubSub;
  readonly rateLimit: RateLimit;
  readonly maxMessageBytes: number;
  readonly maxQueuedMessages: number;
  readonly maxOperationsPerSocket: number;
  readonly trustProxy: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What is known of an acknowledged socket. */
interface Connection {
  /** Checked again for every operation: a session may have ended. */
  readonly authorization: string | undefined;
  readonly sessionId: string | null;
  readonly expiry: NodeJS.Timeout | undefined;
}

type SocketContext = Context<Record<string, unknown>, Extra & { connection?: Connection }>;

/** Why a socket is closed. A client that gets 1013 or 4403 should connect again, the latter with a new token. */
export const closeReasons = {
  slowConsumer: [1013, 'Too slow: connect again with your position'],
  unavailable: [1013, 'Try again later'],
  invalidToken: [CloseCode.Unauthorized, 'The access token is not valid'],
  expired: [CloseCode.Forbidden, 'The access token has expired'],
  revoked: [CloseCode.Forbidden, 'The session has ended'],
} as const;

function close(socket: WebSocket, reason: keyof typeof closeReasons): void {
  const [code, text] = closeReasons[reason];
  socket.close(code, text);
}

const keepAliveMs = 12_000;
const longestTimerMs = 2 ** 31 - 1;

/** Serves `graphql-transport-ws` on `/graphql`: subscriptions, and queries and mutations too. */
export async function startSocketServer(deps: SocketServerDeps): Promise<Closable> {
  const { logger } = deps;
  const sockets = new WebSocketServer({
    server: deps.server,
    path: '/graphql',
    maxPayload: deps.maxMessageBytes,
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

  const bySession = new Map<string, Set<WebSocket>>();
  const stopListening = await deps.sessions.onRevoked((sessionId) => {
    for (const socket of bySession.get(sessionId) ?? []) close(socket, 'revoked');
  });

  const disposable = useServer<Record<string, unknown>, { connection?: Connection }>(
    {
      connectionInitWaitTimeout: 10_000,
      // Messages of unexpected errors stay in the log.
      isProd: true,
      onConnect: (context) => connect(deps, bySession, context),
      onSubscribe: (context, _id, payload) =>
        admit(deps, context, payload as unknown as JsonObject),
      execute: (args) => execute(deps, operationOf(args)),
      subscribe: (args) => subscribe(deps, operationOf(args)),
      onClose: ({ extra }) => {
        const { connection, socket } = extra;
        clearTimeout(connection?.expiry);
        if (connection?.sessionId != null) forget(bySession, connection.sessionId, socket);
      },
    },
    sockets,
    keepAliveMs,
  );
  return {
    close: async () => {
      await stopListening();
      await disposable.dispose();
    },
  };
}

function forget(bySession: Map<string, Set<WebSocket>>, sessionId: string, socket: WebSocket) {
  const others = bySession.get(sessionId);
  others?.delete(socket);
  if (others?.size === 0) bySession.delete(sessionId);
}

async function connect(
  { identities, logger }: SocketServerDeps,
  bySession: Map<string, Set<WebSocket>>,
  { connectionParams, extra }: SocketContext,
): Promise<boolean> {
  const { socket, request } = extra;
  const given =
    connectionParams?.['Authorization'] ??
    connectionParams?.['authorization'] ??
    request.headers.authorization;
  const authorization = typeof given === 'string' ? given : undefined;
  try {
    const { viewer, expiresAt } = await identities.authenticate(authorization);
    const sessionId = viewer?.sessionId ?? null;
    const expiry =
      expiresAt === null
        ? undefined
        : setTimeout(
            () => close(socket, 'expired'),
            Math.min(Math.max(expiresAt - Date.now(), 0), longestTimerMs),
          );
    extra.connection = { authorization, sessionId, expiry };
    if (sessionId !== null) {
      const others = bySession.get(sessionId) ?? new Set();
      bySession.set(sessionId, others.add(socket));
    }
    return true;
  } catch (error) {
    const isRefusal = error instanceof AppError && error.code === 'UNAUTHENTICATED';
    if (!isRefusal) logger.warn({ reason: errorMessage(error) }, 'a socket cannot be checked');
    close(socket, isRefusal ? 'invalidToken' : 'unavailable');
    return false;
  }
}

/** An admitted operation, carried through graphql-ws as its context value. */
interface Admitted {
  readonly ready: Ready;
  readonly socket: WebSocket;
  readonly scope: () => Promise<RequestScope>;
}

const operationOf = (args: ExecutionArgs): Admitted => args.contextValue as Admitted;

async function admit(
  deps: SocketServerDeps,
  { extra, subscriptions }: SocketContext,
  payload: JsonObject,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { socket, request, connection } = extra;
  try {
    const identity = await deps.identities.authenticate(connection?.authorization);
    await deps.rateLimit(identity, clientAddress(request, deps.trustProxy));
    if (Object.keys(subscriptions).length > deps.maxOperationsPerSocket) {
      throw new AppError('RATE_LIMITED', 'Too many operations are open on this connection.');
    }
    const ready = await deps.pipeline.prepare(fromParameters(payload));
    const { prepared, supergraph } = ready;
    if (prepared.kind === OperationTypeNode.SUBSCRIPTION && prepared.primary === undefined) {
      throw new AppError('BAD_USER_INPUT', 'A subscription must select an event.');
    }
    supergraph.engine.coerceVariables(prepared, ready.variables);
    const scope = () => {
      const fresh = requestIdentity(() => undefined);
      const log = deps.logger.child({ requestId: fresh.requestId, traceId: fresh.traceId });
      return scopeFor(deps.identities, identity, { identity: fresh, log });
    };
    const contextValue: Admitted = { ready, socket, scope };
    return { schema: supergraph.engine.schema, document: prepared.document, contextValue };
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') {
      close(socket, 'revoked');
    }
    const { requestId } = requestIdentity(() => undefined);
    const { status, errors } = refusalOf(error, requestId);
    if (status === 500) deps.logger.error({ err: error, requestId }, 'a socket operation failed');
    return errors.map(asGraphQLError);
  }
}

async function execute(
  { pipeline }: SocketServerDeps,
  { ready, scope }: Admitted,
): Promise<ExecutionResult> {
  return asResult(await pipeline.run(ready, await scope()));
}

async function subscribe(
  deps: SocketServerDeps,
  { ready, scope, socket }: Admitted,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const { prepared, variables, supergraph } = ready;
  if (prepared.primary === undefined) throw new Error('a subscription without an event');
  const stream = await startSubscription({
    owner: subscriptionOwner(deps.client, prepared.primary, variables),
    pubSub: deps.pubSub,
    scope,
    complete: (event, eventScope) =>
      supergraph.engine.execute(prepared, variables, eventScope, event),
    maxQueuedMessages: deps.maxQueuedMessages,
    onOverflow: () => close(socket, 'slowConsumer'),
    logger: deps.logger,
  });
  return 'errors' in stream ? asResult(stream) : mapped(stream, asResult);
}

/** A generator would hold `return` back until the next value; this passes it on at once. */
function mapped<From, To>(
  source: AsyncIterableIterator<From, undefined>,
  map: (value: From) => To,
): AsyncIterableIterator<To, undefined> {
  const step = async (result: Promise<IteratorResult<From, undefined>> | undefined) => {
    const settled = await result;
    return settled === undefined || settled.done === true
      ? ({ done: true, value: undefined } as const)
      : ({ done: false, value: map(settled.value) } as const);
  };
  return {
    next: () => step(source.next()),
    return: () => step(source.return?.()),
    throw: (error: unknown) => step(source.throw?.(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const asGraphQLError = ({ message, path, extensions }: GraphQLFormattedError): GraphQLError =>
  new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null });

/** graphql-ws demands instances of GraphQLError. */
const asResult = ({
  data,
  errors,
}: {
  readonly data?: JsonObject | null;
  readonly errors?: readonly GraphQLFormattedError[];
}): ExecutionResult => ({
  ...(data === undefined ? {} : { data }),
  ...(errors === undefined ? {} : { errors: errors.map(asGraphQLError) }),
});
