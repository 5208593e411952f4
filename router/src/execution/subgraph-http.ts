import { Histogram, type Closable, type Metrics } from '@pcc/platform';
import { Pool, type Dispatcher } from 'undici';
import { isObject, type JsonObject } from './json.js';

/** An HTTP answer whose body is a JSON object. */
export interface HttpAnswer {
  readonly status: number;
  readonly cacheControl: string | undefined;
  readonly body: JsonObject;
}

const connectionsPerSubgraph = 64;

/** Signs of a kept-alive connection that the other side closed just as we used it. */
const staleConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

export interface SubgraphHttpOptions {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly metrics: Metrics;
}

/** JSON over kept-alive connections, with timeouts and figures by subgraph. */
export interface SubgraphHttp extends Closable {
  /**
   * @param mayRepeat whether the request may be sent twice when a kept-alive connection turns out closed
   * @throws whatever went wrong on the way
   */
  post(
    subgraph: string,
    url: URL,
    body: string,
    headers: Readonly<Record<string, string>>,
    mayRepeat: boolean,
  ): Promise<HttpAnswer>;
  get(url: URL): Promise<HttpAnswer>;
}

export function subgraphHttp(options: SubgraphHttpOptions): SubgraphHttp {
  const pools = new Map<string, Pool>();
  const duration = new Histogram({
    name: 'router_subgraph_fetch_seconds',
    help: 'Seconds that a subgraph took to answer the router',
    labelNames: ['subgraph', 'outcome'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [options.metrics.registry],
  });
  const poolOf = ({ origin }: URL): Pool => {
    const pool = pools.get(origin) ?? newPool(origin, options);
    pools.set(origin, pool);
    return pool;
  };
  return {
    async post(subgraph, url, body, headers, mayRepeat) {
      const stop = duration.startTimer({ subgraph });
      try {
        const answer = await post(poolOf(url), url, body, headers).catch((error: unknown) => {
          if (!mayRepeat || !staleConnection.has(codeOf(error))) throw error;
          return post(poolOf(url), url, body, headers);
        });
        stop({ outcome: String(answer.status) });
        return answer;
      } catch (error) {
        stop({ outcome: 'failed' });
        throw error;
      }
    },
    get: (url) => request(poolOf(url), url, { method: 'GET' }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

const newPool = (origin: string, { timeoutMs, maxResponseBytes }: SubgraphHttpOptions): Pool =>
  new Pool(origin, {
    connections: connectionsPerSubgraph,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connectTimeout: Math.min(timeoutMs, 2_000),
    maxResponseSize: maxResponseBytes,
  });

const post = (
  pool: Pool,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<HttpAnswer> =>
  request(pool, url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body,
  });

async function request(
  pool: Pool,
  url: URL,
  options: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
): Promise<HttpAnswer> {
  const path = `${url.pathname}${url.search}`;
  const { statusCode, headers, body } = await pool.request({ ...options, path });
  const cacheControl = headers['cache-control'];
  return {
    status: statusCode,
    cacheControl: Array.isArray(cacheControl) ? cacheControl.join(', ') : cacheControl,
    body: parseBody(await body.text(), statusCode),
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
