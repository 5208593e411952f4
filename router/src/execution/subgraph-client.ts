import { errorMessage, Histogram, type Closable, type Metrics } from '@pcc/platform';
import { Pool } from 'undici';
import { maxAgeOf } from '../cache/cache-control.js';
import { parseErrors, SubgraphFailure, type SubgraphError } from './errors.js';
import type { RequestScope } from './execution.js';
import { isObject, type JsonObject } from './json.js';

/** A subgraph's answer to a GraphQL operation. */
export interface SubgraphAnswer {
  readonly data: JsonObject | null;
  readonly errors: readonly SubgraphError[];
  /** Seconds for which anyone may keep it; 0 unless the subgraph said so. */
  readonly maxAge: number;
}

export interface SubgraphClient extends Closable {
  /** @throws SubgraphFailure */
  query(
    subgraph: string,
    body: { readonly query: string; readonly variables: JsonObject },
    scope: RequestScope,
    options: { readonly mayRepeat: boolean },
  ): Promise<SubgraphAnswer>;
  /** Calls an internal endpoint, such as `/internal/subscriptions/open`. @throws SubgraphFailure */
  call(subgraph: string, path: string, body: unknown, scope: RequestScope): Promise<JsonObject>;
  /** Resolves when the subgraph says that it is ready. */
  ping(subgraph: string): Promise<void>;
}

export interface SubgraphClientOptions {
  /** The GraphQL endpoint of a subgraph now; it may change with the supergraph. */
  readonly urlOf: (subgraph: string) => string | undefined;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly metrics: Metrics;
}

interface HttpAnswer {
  readonly status: number;
  readonly cacheControl: string | undefined;
  readonly body: JsonObject;
}

const connectionsPerSubgraph = 64;

/** Signs of a kept-alive connection that the other side closed just as we used it. */
const staleConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Talks to subgraphs over kept-alive connections. */
export function subgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const pools = new Map<string, Pool>();
  const duration = new Histogram({
    name: 'router_subgraph_fetch_seconds',
    help: 'Seconds that a subgraph took to answer the router',
    labelNames: ['subgraph', 'outcome'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [options.metrics.registry],
  });

  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: connectionsPerSubgraph,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      connectTimeout: Math.min(options.timeoutMs, 2_000),
      maxResponseSize: options.maxResponseBytes,
    });
    pools.set(origin, pool);
    return pool;
  };

  const urlOf = (subgraph: string): URL => {
    const url = options.urlOf(subgraph);
    if (url === undefined || !URL.canParse(url)) {
      throw new SubgraphFailure(subgraph, `no URL is known for "${subgraph}"`);
    }
    return new URL(url);
  };

  const send = async (subgraph: string, url: URL, body: string, scope: RequestScope) => {
    const stop = duration.startTimer({ subgraph });
    try {
      const answer = await post(poolOf(url.origin), url, body, scope);
      stop({ outcome: String(answer.status) });
      return answer;
    } catch (error) {
      stop({ outcome: 'failed' });
      throw error;
    }
  };

  const request = async (
    subgraph: string,
    url: URL,
    body: string,
    scope: RequestScope,
    mayRepeat: boolean,
  ): Promise<HttpAnswer> => {
    const answer = await send(subgraph, url, body, scope)
      .catch((error: unknown) => {
        if (!mayRepeat || !staleConnection.has(codeOf(error))) throw error;
        return send(subgraph, url, body, scope);
      })
      .catch((error: unknown) => {
        throw new SubgraphFailure(subgraph, errorMessage(error) || codeOf(error), { cause: error });
      });
    // The subgraph refused our signature: a fault of the installation, not of the client's session.
    if (answer.status === 401 || answer.status === 403) {
      throw new SubgraphFailure(subgraph, `it refused the router's signature (${answer.status})`);
    }
    return answer;
  };

  return {
    async query(subgraph, body, scope, { mayRepeat }) {
      const url = urlOf(subgraph);
      const answer = await request(subgraph, url, JSON.stringify(body), scope, mayRepeat);
      const data = answer.body['data'];
      const errors = parseErrors(answer.body['errors']);
      if (!isObject(data) && errors.length === 0) {
        throw new SubgraphFailure(subgraph, `no GraphQL answer (status ${answer.status})`);
      }
      const maxAge = errors.length === 0 ? maxAgeOf(answer.cacheControl) : 0;
      return { data: isObject(data) ? data : null, errors, maxAge };
    },
    async call(subgraph, path, body, scope) {
      const url = new URL(path, urlOf(subgraph));
      // Opening, replaying and resolving change nothing, so they may be repeated.
      return (await request(subgraph, url, JSON.stringify(body), scope, true)).body;
    },
    async ping(subgraph) {
      const url = urlOf(subgraph);
      const { statusCode, body } = await poolOf(url.origin).request({
        method: 'GET',
        path: '/ready',
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`/ready answered ${statusCode}`);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

async function post(pool: Pool, url: URL, body: string, scope: RequestScope): Promise<HttpAnswer> {
  const {
    statusCode,
    headers,
    body: stream,
  } = await pool.request({
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    headers: { ...scope.headers, 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await stream.text();
  const cacheControl = headers['cache-control'];
  return {
    status: statusCode,
    cacheControl: Array.isArray(cacheControl) ? cacheControl.join(', ') : cacheControl,
    body: parseBody(text, statusCode),
  };
}

function parseBody(text: string, status: number): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`the answer is not JSON (status ${status})`);
  }
  if (!isObject(parsed)) throw new Error(`the answer is no JSON object (status ${status})`);
  return parsed;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};
