import { AppError, requestIdentity, type Logger, type RequestIdentity } from '@pcc/platform';
import type { PubSub } from '@pcc/stores';
import { OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import type { Cancellation } from '../cancellation.js';
import type { RequestScope } from '../execution/execution.js';
import type { JsonObject } from '../execution/json.js';
import { fromParameters } from '../http/graphql-request.js';
import { refusalOf, scopeFor } from '../http/graphql-route.js';
import type { RateLimit } from '../http/rate-limit.js';
import type { IdentityService } from '../identity/identity.js';
import { serialise, type Pipeline, type Ready } from '../pipeline.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { noteErrors, type Observation, type OperationObserver } from '../telemetry/observation.js';
import { closeExpired, hasExpired, type Connection } from './connections.js';
import type { CalmWarning } from './calm-warnings.js';
import { createInbox, type Inbox } from './inbox.js';
import { observedEvents } from './observed.js';
import { subscriptionOwner } from './owner.js';
import { completeMessage, errorMessageOf, nextMessage } from './protocol.js';
import type { Quota } from './quota.js';
import type { SharedStreams } from './shared-streams.js';
import type { Turns } from './turns.js';
import { streamKey } from './stream-key.js';
import { answerMessages, openSubscription, type SubscriptionDeps } from './subscription.js';

export interface OperationDeps {
  readonly pipeline: Pipeline;
  readonly client: SubgraphClient;
  readonly identities: IdentityService;
  readonly pubSub: PubSub;
  readonly rateLimit: RateLimit;
  readonly streams: SharedStreams;
  readonly turns: Turns;
  readonly warnOfWaiting: CalmWarning;
  /** Subscriptions that may be open. */
  readonly room: Quota;
  readonly maxQueuedMessages: number;
  readonly requestTimeoutMs: number;
  /** `undefined` when nothing watches operations. */
  readonly observer: OperationObserver | undefined;
  readonly logger: Logger;
}

/** An operation of a socket, until its last answer is sent. */
export interface Operation {
  /** What the client sent. */
  readonly id: string;
  readonly payload: JsonObject;
  readonly connection: Connection;
  readonly stopped: Cancellation;
}

/** Runs one operation of a socket to its end. Says nothing more once it was stopped. */
export async function runOperation(deps: OperationDeps, operation: Operation): Promise<void> {
  const { connection, id, stopped } = operation;
  const { socket } = connection;
  const identity = requestIdentity(() => undefined);
  const { requestId, traceId } = identity;
  const observation = deps.observer?.begin({ transport: 'ws', requestId, traceId });
  try {
    const ready = await admit(deps, operation, observation);
    if (stopped.isCancelled) return;
    const run = ready.prepared.kind === OperationTypeNode.SUBSCRIPTION ? subscribe : execute;
    await run({ deps, operation, ready, identity, observation });
    if (!stopped.isCancelled) await socket.send(completeMessage(id));
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') {
      if (hasExpired(connection, Date.now())) closeExpired(connection);
      else socket.close('revoked');
    }
    const { status, errors } = refusalOf(error, requestId);
    if (status === 500) deps.logger.error({ err: error, requestId }, 'a socket operation failed');
    end(deps, observation, { status, errors });
    if (!stopped.isCancelled) await socket.send(errorMessageOf(id, errors));
  }
}

/** @throws AppError, OperationError when it may not run */
async function admit(
  deps: OperationDeps,
  { connection, payload }: Operation,
  observation: Observation | undefined,
): Promise<Ready> {
  const identity = await deps.identities.authenticate(connection.admitted?.authorization);
  await deps.rateLimit(identity, connection.address);
  const ready = await deps.pipeline.prepare(fromParameters(payload), identity.rights, observation);
  const { prepared, supergraph, variables } = ready;
  if (prepared.kind === OperationTypeNode.SUBSCRIPTION && prepared.primary === undefined) {
    throw new AppError('BAD_USER_INPUT', 'A subscription must select an event.');
  }
  supergraph.engine.coerceVariables(prepared, variables);
  return ready;
}

function end(
  { observer }: OperationDeps,
  observation: Observation | undefined,
  outcome: {
    readonly errors?: readonly GraphQLFormattedError[] | undefined;
    readonly status?: number;
    readonly data?: string;
  },
): void {
  // Once: a subscription that fails later has been reported when it was opened.
  if (observation === undefined || observation.status !== 0) return;
  noteErrors(observation, outcome.errors);
  observer?.end(observation, { status: outcome.status ?? 200, body: outcome.data ?? '' });
}

/** An operation that may run. */
interface Running {
  readonly deps: OperationDeps;
  readonly operation: Operation;
  readonly ready: Ready;
  readonly identity: RequestIdentity;
  readonly observation: Observation | undefined;
}

function scopeOf(
  { deps, operation }: Running,
  identity: RequestIdentity,
  watched: Pick<RequestScope, 'waiting' | 'observation'>,
): Promise<RequestScope> {
  const { forwarded, admitted } = operation.connection;
  let log: Logger | undefined;
  const context = {
    identity,
    get log() {
      const { requestId, traceId } = identity;
      return (log ??= deps.logger.child({ requestId, traceId }));
    },
  };
  const viewer = admitted?.identity.viewer ?? null;
  return scopeFor(deps, { viewer }, forwarded, context, watched);
}

async function execute(running: Running): Promise<void> {
  const { deps, operation, ready, identity, observation } = running;
  const { connection, id, stopped } = operation;
  const scope = await scopeOf(running, identity, { waiting: stopped, observation });
  const result = await deps.pipeline.run(ready, scope);
  // The pipeline has noted its errors.
  end(deps, observation, { data: result.data });
  if (!stopped.isCancelled) await connection.socket.send(nextMessage(id, serialise(result)));
}

async function subscribe(running: Running): Promise<void> {
  const { deps, operation } = running;
  const { admitted } = operation.connection;
  if (admitted === undefined || !deps.room.enter(admitted.owner)) {
    throw new AppError('RATE_LIMITED', 'Too many subscriptions are open.');
  }
  try {
    await listen(running);
  } finally {
    deps.room.leave(admitted.owner);
  }
}

/** Opens, and answers what comes until one of both sides ends it. */
async function listen(running: Running): Promise<void> {
  const { deps, operation, ready, identity, observation } = running;
  const { connection, stopped } = operation;
  let isReplayable = false;
  const inbox: Inbox = createInbox(deps.maxQueuedMessages, (full) => {
    if (isReplayable) full.requestReplay();
    else connection.socket.close('slowConsumer');
  });
  stopped.onCancel(() => inbox.close());
  const subscription = subscriptionOf(running, inbox);
  // Opening belongs to the operation; replays and events are asked for later.
  const listening = await openSubscription(subscription, () =>
    deps.streams.open(streamKey(connection, ready), () =>
      deps.turns.run(async () =>
        subscription.owner.open(await scopeOf(running, identity, { observation })),
      ),
    ),
  );
  const errors = 'errors' in listening ? listening.errors : undefined;
  end(deps, observation, { errors });
  if ('errors' in listening) {
    await subscription.emit(JSON.stringify({ errors }));
    return;
  }
  const { opened } = listening;
  isReplayable = opened.replayable;
  const stream = deps.streams.join(streamKey(connection, ready, opened.positionArgument));
  try {
    await answerMessages({ ...subscription, stream }, opened);
  } finally {
    stream.leave();
    inbox.close();
    await listening.stop();
  }
}

function subscriptionOf(running: Running, inbox: Inbox): Omit<SubscriptionDeps, 'stream'> {
  const { deps, operation, ready } = running;
  const { connection, id } = operation;
  const { prepared, variables, supergraph } = ready;
  if (prepared.primary === undefined) throw new Error('a subscription without an event');
  const { client, observer, turns, pubSub, warnOfWaiting, logger } = deps;
  const fresh = () => requestIdentity(() => undefined);
  return {
    owner: subscriptionOwner(client, prepared.primary, variables),
    ...{ turns, pubSub, inbox, warnOfWaiting, logger },
    scope: () => scopeOf(running, fresh(), {}),
    complete: (event, scope) => supergraph.engine.execute(prepared, variables, scope, event),
    observed: observedEvents(observer, prepared, (own, observation) =>
      scopeOf(running, own, { observation }),
    ),
    emit(answer) {
      if (!hasExpired(connection, Date.now())) {
        return connection.socket.send(nextMessage(id, answer));
      }
      closeExpired(connection);
      return undefined;
    },
  };
}
