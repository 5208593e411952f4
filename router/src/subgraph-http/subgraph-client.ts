import { errorMessage, requestIdHeader, traceparentHeader, type Closable } from '@pcc/platform';
import { LRUCache } from 'lru-cache';
import { cachePolicyOf, neverKept, type CachePolicy } from '../cache/cache-policy.js';
import type { Cancellation } from '../cancellation.js';
import { parseErrors, SubgraphFailure, type SubgraphError } from '../execution/errors.js';
import type { RequestScope } from '../execution/execution.js';
import { isObject, type JsonObject } from '../execution/json.js';
import { singleFlight } from '../single-flight.js';
import { observeFetch } from '../telemetry/observation.js';
import { AbandonedError } from './pool.js';
import { subgraphResilience, type ResilienceOptions } from './resilience.js';
import type { HttpResponse } from './response-parser.js';
import { subgraphHttp, type SubgraphHttpOptions } from './subgraph-http.js';

/** A subgraph's answer to a GraphQL operation. */
export interface SubgraphAnswer {
  readonly data: JsonObject | null;
  readonly errors: readonly SubgraphError[];
  /** Never to be kept when it has errors. */
  readonly policy: CachePolicy;
}

/** What is asked, said so that it is found quickly among what is under way. */
export interface SharedQuery {
  /** Short, the same for the same operation. */
  readonly operation: string;
  /** As text, however long. */
  readonly variables: string;
}

export interface QueryOptions {
  /** A query: it may be sent again, and once for all who ask the same at the same time. */
  readonly mayRepeat: boolean;
  /** By what identical queries are found; default the body. */
  readonly shareAs?: SharedQuery | undefined;
  /** What the asker knows to have changed: she never joins a query of others who knew less. */
  readonly freshness?: string | undefined;
}

export interface SubgraphClient extends Closable {
  /** @param body a GraphQL request as JSON text; @throws SubgraphFailure */
  query(
    subgraph: string,
    body: string,
    scope: RequestScope,
    options: QueryOptions,
  ): Promise<SubgraphAnswer>;
  /** Calls an internal endpoint, such as `/internal/subscriptions/open`. @throws SubgraphFailure */
  call(subgraph: string, path: string, body: unknown, scope: RequestScope): Promise<JsonObject>;
  /** Resolves when the subgraph says that it is ready. */
  ping(subgraph: string): Promise<void>;
}

export interface SubgraphClientOptions extends SubgraphHttpOptions, ResilienceOptions {
  /** The GraphQL endpoint of a subgraph now; it may change with the supergraph. */
  readonly urlOf: (subgraph: string) => string | undefined;
  /** For a subgraph to answer, in milliseconds; less when the client's own deadline is nearer. */
  readonly timeoutMs: number;
  /** Whether identical queries that are under way at the same time are sent once. */
  readonly deduplication: boolean;
}

/** Talks GraphQL to subgraphs. */
export function subgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const http = subgraphHttp(options);
  const urls = new Map<string, { readonly text: string; readonly url: URL }>();
  const resilience = subgraphResilience(options);
  const flights = singleFlight<HttpResponse>();
  const ownWrites = writesByIdentity();

  const urlOf = (subgraph: string): URL => {
    const text = options.urlOf(subgraph);
    const known = urls.get(subgraph);
    if (known !== undefined && known.text === text) return known.url;
    if (text === undefined || !URL.canParse(text)) {
      throw new SubgraphFailure(subgraph, `no URL is known for "${subgraph}"`);
    }
    const url = new URL(text);
    urls.set(subgraph, { text, url });
    return url;
  };

  const post = async (
    subgraph: string,
    url: URL,
    body: string,
    { headers, deadline, waiting }: FetchScope,
    mayRepeat: boolean,
  ): Promise<HttpResponse> => {
    const attempt = async () => {
      const timeoutMs = Math.min(options.timeoutMs, deadline - Date.now());
      if (timeoutMs <= 0) throw new AbandonedError('the time for the whole request is over');
      return http.post({ subgraph, url, body, headers, timeoutMs, mayRepeat, waiting });
    };
    const response = await resilience.run(subgraph, mayRepeat, attempt).catch((error: unknown) => {
      throw new SubgraphFailure(subgraph, errorMessage(error) || 'no answer', { cause: error });
    });
    // The subgraph refused our signature: a fault of the installation, not of the client's session.
    if (response.status === 401 || response.status === 403) {
      throw new SubgraphFailure(subgraph, `it refused the router's signature (${response.status})`);
    }
    return response;
  };

  /** One request for all who ask the same at the same time; each reads the answer's text for herself. */
  const shared = (
    subgraph: string,
    body: string,
    { headers, deadline, waiting }: FetchScope,
    { operation, variables }: SharedQuery,
    freshness: string,
  ): Promise<HttpResponse> => {
    const identity = identityOf(headers);
    // She who has written since must not join a query that was sent before.
    const asked = `${operation} ${variables.length}`;
    const key = `${subgraph}\n${identity}${ownWrites.of(identity)} ${freshness}\n${asked}`;
    const work = (joint: Cancellation) =>
      post(subgraph, urlOf(subgraph), body, { headers, deadline, waiting: joint }, true);
    return flights.run(key, waiting, work, variables);
  };
  const alone = (subgraph: string, body: string, scope: FetchScope, mayRepeat: boolean) =>
    post(subgraph, urlOf(subgraph), body, scope, mayRepeat).finally(() => {
      if (!mayRepeat) ownWrites.add(identityOf(scope.headers));
    });

  return {
    async query(subgraph, body, scope, { mayRepeat, shareAs = onlyText(body), freshness = '' }) {
      const send = (asking: FetchScope) =>
        mayRepeat && options.deduplication
          ? shared(subgraph, body, asking, shareAs, freshness)
          : alone(subgraph, body, asking, mayRepeat);
      const response = await watched(subgraph, scope, send);
      const answer = parseBody(subgraph, response);
      const data = answer['data'];
      const errors = parseErrors(answer['errors']);
      if (!isObject(data) && errors.length === 0) {
        throw new SubgraphFailure(subgraph, `no GraphQL answer (status ${response.status})`);
      }
      const policy = errors.length === 0 ? cachePolicyOf(response.cacheControl) : neverKept;
      return { data: isObject(data) ? data : null, errors, policy };
    },
    async call(subgraph, path, body, scope) {
      // Opening, replaying and resolving change nothing, so they may be repeated.
      const url = new URL(path, urlOf(subgraph));
      const text = JSON.stringify(body);
      const send = (asking: FetchScope) => post(subgraph, url, text, asking, true);
      return parseBody(subgraph, await watched(subgraph, scope, send));
    },
    async ping(subgraph) {
      const response = await http.get(new URL('/ready', urlOf(subgraph)));
      if (response.status === 200) return;
      const failed = failedChecks(parseBody(subgraph, response)).join(', ');
      throw new Error(`not ready (${response.status}): ${failed}`);
    },
    close: () => http.close(),
  };
}

const onlyText = (body: string): SharedQuery => ({ operation: '', variables: body });

/** What a fetch takes along of its request. */
type FetchScope = Pick<RequestScope, 'headers' | 'deadline' | 'waiting'>;

/** Sends, noting it where the operation is watched. */
const watched = (
  subgraph: string,
  scope: RequestScope,
  send: (scope: FetchScope) => Promise<HttpResponse>,
): Promise<HttpResponse> =>
  scope.observation === undefined
    ? send(scope)
    : observeFetch(scope.observation, subgraph, scope.headers, (headers) =>
        send({ headers, deadline: scope.deadline, waiting: scope.waiting }),
      );

const maximumWriters = 10_000;

/** Tells apart the times before and after each of a person's mutations. */
function writesByIdentity() {
  const last = new LRUCache<string, number>({ max: maximumWriters });
  let count = 0;
  return {
    of: (identity: string): number => last.get(identity) ?? 0,
    add: (identity: string) => void last.set(identity, ++count),
  };
}

const tracingHeaders = new Set([requestIdHeader, traceparentHeader, 'tracestate']);

/** By headers: a request sends the same ones with all its fetches. */
const identities = new WeakMap<RequestScope['headers'], string>();

/** Everything about a request that can change its answer, beside its body. */
function identityOf(headers: RequestScope['headers']): string {
  const known = identities.get(headers);
  if (known !== undefined) return known;
  let identity = '';
  for (const name of Object.keys(headers)) {
    if (tracingHeaders.has(name)) continue;
    identity += `${name}: ${headers[name] ?? ''}\n`;
  }
  identities.set(headers, identity);
  return identity;
}

function parseBody(subgraph: string, { body, status }: HttpResponse): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new SubgraphFailure(subgraph, `the answer is not JSON (status ${status})`);
  }
  if (isObject(parsed)) return parsed;
  throw new SubgraphFailure(subgraph, `the answer is no JSON object (status ${status})`);
}

/** The stores that a subgraph's `/ready` names as down. */
function failedChecks(body: JsonObject): string[] {
  const checks = isObject(body['checks']) ? Object.entries(body['checks']) : [];
  return checks
    .filter(([, state]) => isObject(state) && state['ok'] !== true)
    .map(([name]) => name);
}
