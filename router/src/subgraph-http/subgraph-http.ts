import { Histogram, type Closable, type Metrics } from '@pcc/platform';
import { connectionPool, type Pool } from './pool.js';
import type { HttpResponse } from './response-parser.js';

const connectionsPerSubgraph = 64;
const waitingPerSubgraph = 1_000;

export interface SubgraphHttpOptions {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly metrics: Metrics;
}

type Headers = Readonly<Record<string, string>>;

/** JSON over kept-alive connections, with timeouts and figures by subgraph. */
export interface SubgraphHttp extends Closable {
  /**
   * @param body JSON
   * @param mayRepeat whether the request may be sent twice when a kept-alive connection turns out closed
   * @throws whatever went wrong on the way
   */
  post(
    subgraph: string,
    url: URL,
    body: string,
    headers: Headers,
    mayRepeat: boolean,
  ): Promise<HttpResponse>;
  get(url: URL): Promise<HttpResponse>;
}

export function subgraphHttp(options: SubgraphHttpOptions): SubgraphHttp {
  const { timeoutMs } = options;
  const pools = new Map<string, Pool>();
  const duration = new Histogram({
    name: 'router_subgraph_fetch_seconds',
    help: 'Seconds that a subgraph took to answer the router',
    labelNames: ['subgraph', 'outcome'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [options.metrics.registry],
  });
  const poolOf = (url: URL): Pool => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = connectionPool({
      origin: url,
      maximumConnections: connectionsPerSubgraph,
      maximumWaiting: waitingPerSubgraph,
      maximumBytes: options.maxResponseBytes,
    });
    pools.set(url.origin, pool);
    return pool;
  };
  return {
    async post(subgraph, url, body, headers, mayRepeat) {
      const stop = duration.startTimer({ subgraph });
      try {
        const text = `${head('POST', url, headers)}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
        const response = await poolOf(url).send({ text, timeoutMs, mayRepeat });
        stop({ outcome: String(response.status) });
        return response;
      } catch (error) {
        stop({ outcome: 'failed' });
        throw error;
      }
    },
    get: (url) =>
      poolOf(url).send({ text: `${head('GET', url, {})}\r\n`, timeoutMs, mayRepeat: true }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/** Request line and headers, without the empty line that ends them. */
function head(method: 'GET' | 'POST', url: URL, headers: Headers): string {
  let text = `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept: application/json\r\n`;
  for (const name of Object.keys(headers)) text += `${name}: ${safeValue(headers[name] ?? '')}\r\n`;
  return text;
}

/** A line break in a value would begin a header, or a request, of somebody else's making. */
function safeValue(value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value;
  throw new TypeError('a header value has characters that HTTP does not allow');
}
