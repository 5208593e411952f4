import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  AppError,
  errorMessage,
  headerOf,
  requestIdHeader,
  traceparentHeader,
  type Route,
  type RouteContext,
} from '@pcc/platform';
import { OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { newCancellation, type Cancellation } from '../cancellation.js';
import type { CachedAnswer } from '../cache/response-cache.js';
import { OperationError } from '../execution/errors.js';
import type { RequestScope } from '../execution/execution.js';
import type { Identity, IdentityService } from '../identity/identity.js';
import type { Pipeline } from '../pipeline.js';
import { applyCors } from './cors.js';
import { forwardedHeaders, type ForwardedHeaders } from './forwarded-headers.js';
import { preventCsrf } from './csrf.js';
import { readGraphQLRequest } from './graphql-request.js';
import { chooseMediaType, jsonType, type ResponseType } from './media-type.js';
import { noteErrors, type Observation, type OperationObserver } from '../telemetry/observation.js';
import { explainedAnswer, wantsExplanation } from '../telemetry/explain.js';
import { clientAddress, type RateLimit } from './rate-limit.js';
import { send, sendAnswer } from './respond.js';

export interface GraphQLRouteDeps {
  readonly pipeline: Pipeline;
  readonly identities: IdentityService;
  readonly rateLimit: RateLimit;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly trustProxy: boolean;
  readonly requestTimeoutMs: number;
  /** Names, in lower case, of the client's headers that subgraphs get. */
  readonly forwardHeaders: readonly string[];
  /** Whether everybody may ask for plans and costs. */
  readonly explain: boolean;
  /** `undefined` when nothing watches operations. */
  readonly observer: OperationObserver | undefined;
}

/** What goes to subgraphs with a request: what the router made or checked, and the headers that may pass. */
export async function scopeFor(
  deps: Pick<GraphQLRouteDeps, 'identities' | 'requestTimeoutMs'>,
  { viewer }: Pick<Identity, 'viewer'>,
  forwarded: ForwardedHeaders,
  context: Pick<RouteContext, 'identity' | 'log'>,
  { waiting, observation }: Pick<RequestScope, 'waiting' | 'observation'> = {},
): Promise<RequestScope> {
  const { identity } = context;
  return {
    viewer,
    forwarded: forwarded.text,
    deadline: Date.now() + deps.requestTimeoutMs,
    waiting,
    observation,
    get log() {
      return context.log;
    },
    headers: {
      ...forwarded.headers,
      ...(await deps.identities.headersFor(viewer)),
      [requestIdHeader]: identity.requestId,
      [traceparentHeader]: identity.traceparent,
    },
  };
}

const allowedMethods = 'GET, POST';

/** `/graphql` over HTTP. */
export function graphqlRoute(deps: GraphQLRouteDeps): Route {
  const vary = ['Accept', 'Accept-Encoding', 'Authorization', ...deps.forwardHeaders].join(', ');
  return async (request, response, context) => {
    response.setHeader('x-content-type-options', 'nosniff');
    if (applyCors(request, response, deps)) return;
    if (request.method === 'OPTIONS') {
      response.setHeader('allow', allowedMethods);
      response.statusCode = 204;
      response.end();
      return;
    }
    response.appendHeader('vary', vary);
    const type = chooseMediaType(headerOf(request, 'accept'));
    if (type === null) {
      send(response, jsonType, 406, notAcceptable);
      return;
    }
    const observation = deps.observer?.begin({
      transport: 'http',
      requestId: context.identity.requestId,
      traceId: context.identity.traceId,
      traceparent: headerOf(request, traceparentHeader),
      tracestate: headerOf(request, 'tracestate'),
    });
    let body = '';
    try {
      const watched = { waiting: clientOf(response), observation };
      const answer = await answerRequest(deps, request, context, watched);
      ({ body } = answer);
      await sendAnswer(request, response, type, answer);
    } catch (error) {
      const errors = refuse(response, type, error, request, context);
      if (observation !== undefined) noteErrors(observation, errors);
    }
    if (observation !== undefined) {
      deps.observer?.end(observation, { status: response.statusCode, body });
    }
  };
}

async function answerRequest(
  deps: GraphQLRouteDeps,
  request: IncomingMessage,
  context: RouteContext,
  watched: { readonly waiting: Cancellation; readonly observation: Observation | undefined },
): Promise<CachedAnswer> {
  preventCsrf(request);
  const identity = await deps.identities.authenticate(headerOf(request, 'authorization'));
  await deps.rateLimit(identity, clientAddress(request, deps.trustProxy));
  const explain = wantsExplanation(request, identity.viewer, deps.explain);
  const parsed = await readGraphQLRequest(request, context.url, deps.maxBodyBytes);
  const ready = await deps.pipeline.prepare(parsed, identity.rights, watched.observation);
  const { kind } = ready.prepared;
  if (kind === OperationTypeNode.SUBSCRIPTION) {
    throw new AppError('BAD_USER_INPUT', 'Subscriptions are served over WebSocket at /graphql.');
  }
  if (kind === OperationTypeNode.MUTATION && request.method !== 'POST') {
    throw new AppError('METHOD_NOT_ALLOWED', 'Send mutations by POST.');
  }
  const forwarded = forwardedHeaders(request, deps.forwardHeaders);
  const scope = await scopeFor(deps, identity, forwarded, context, watched);
  if (explain) return explainedAnswer(deps.pipeline, ready, scope);
  return deps.pipeline.answer(ready, scope, identity.viewer === null);
}

/** Cancelled when the client goes away before it has its answer. */
function clientOf(response: ServerResponse): Cancellation {
  const client = newCancellation();
  response.once('close', () => {
    if (!response.writableFinished) client.cancel();
  });
  return client;
}

const notAcceptable = JSON.stringify({
  errors: [
    {
      message: 'Accept application/json or application/graphql-response+json.',
      extensions: { code: 'NOT_ACCEPTABLE' },
    },
  ],
});

/** Answers with errors and no data: nothing has run. @returns the errors */
function refuse(
  response: ServerResponse,
  type: ResponseType,
  error: unknown,
  { method }: IncomingMessage,
  { identity, log }: RouteContext,
): readonly GraphQLFormattedError[] {
  const { status: general, jsonStatus, errors } = refusalOf(error, identity.requestId);
  const status = type === jsonType ? jsonStatus : general;
  if (status === 500) log.error({ err: error }, `request failed: ${errorMessage(error)}`);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  const isRead = method === 'GET' || method === 'HEAD';
  if (status === 405) response.setHeader('allow', isRead ? 'POST' : allowedMethods);
  if (status === 413) response.setHeader('connection', 'close');
  const retryAfter = errors[0]?.extensions?.['retryAfterSeconds'];
  if (typeof retryAfter === 'number') response.setHeader('retry-after', String(retryAfter));
  response.setHeader('cache-control', 'no-store');
  send(response, type, status, JSON.stringify({ errors }));
  return errors;
}

/** What a client sees of a refusal: catalogued errors as they are, defects only by request id. */
export function refusalOf(
  error: unknown,
  requestId: string,
): Pick<OperationError, 'status' | 'jsonStatus' | 'errors'> {
  if (error instanceof OperationError) return error;
  const shown = error instanceof AppError ? error : new AppError('INTERNAL_SERVER_ERROR');
  const { message, code, extensions, status } = shown;
  const id = shown === error ? {} : { requestId };
  const errors = [{ message, extensions: { code, ...extensions, ...id } }];
  return { status, jsonStatus: status, errors };
}
