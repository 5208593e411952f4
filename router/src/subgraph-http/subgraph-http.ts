import { Histogram, type Closable, type Metrics } from '@pcc/platform';
import type { Cancellation } from '../cancellation.js';
import { connectionPool, type Pool } from './pool.js';
import type { HttpResponse } from './response-parser.js';

const connectionsPerSubgraph = 64;
const waitingPerSubgraph = 1_000;
const pingTimeoutMs = 2_000;

/** How long the router will wait for the answer, in milliseconds: a subgraph may give up sooner. */
export const timeoutHeader = 'x-pcc-timeout-ms';

export interface SubgraphHttpOptions {
  readonly maxResponseBytes: number;
  readonly metrics: Metrics;
}

export interface SubgraphPost {
  readonly subgraph: string;
  readonly url: URL;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Whether it may be sent twice when a kept-alive connection turns out closed. */
  readonly mayRepeat: boolean;
  readonly waiting: Cancellation | undefined;
}

/** JSON over kept-alive connections, with timeouts and figures by subgraph. */
export interface SubgraphHttp extends Closable {
  /** @throws whatever went wrong on the way */
  post(request: SubgraphPost): Promise<HttpResponse>;
  get(url: URL): Promise<HttpResponse>;
}

export function subgraphHttp({ maxResponseBytes, metrics }: SubgraphHttpOptions): SubgraphHttp {
  const pools = new Map<string, Pool>();
  const duration = new Histogram({
    name: 'router_subgraph_fetch_seconds',
    help: 'Seconds that a subgraph took to answer the router',
    labelNames: ['subgraph', 'outcome'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [metrics.registry],
  });
  /** Looking its labels up took the histogram longer than observing. */
  const observers = new Map<string, ReturnType<typeof duration.labels>>();
  const observerOf = (subgraph: string, outcome: string) => {
    const name = `${subgraph} ${outcome}`;
    const known = observers.get(name);
    if (known !== undefined) return known;
    const observer = duration.labels(subgraph, outcome);
    observers.set(name, observer);
    return observer;
  };
  const poolOf = (url: URL): Pool => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = connectionPool({
      origin: url,
      maximumConnections: connectionsPerSubgraph,
      maximumWaiting: waitingPerSubgraph,
      maximumBytes: maxResponseBytes,
    });
    pools.set(url.origin, pool);
    return pool;
  };
  return {
    async post({ subgraph, url, body, headers, timeoutMs, mayRepeat, waiting }) {
      const begun = performance.now();
      const observe = (outcome: string) =>
        observerOf(subgraph, outcome).observe((performance.now() - begun) / 1000);
      try {
        const rest = `content-type: application/json\r\n${timeoutHeader}: ${timeoutMs}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
        const text = postHead(url, headers) + rest + body;
        const response = await poolOf(url).send({ text, timeoutMs, mayRepeat, waiting });
        observe(String(response.status));
        return response;
      } catch (error) {
        observe('failed');
        throw error;
      }
    },
    get: (url) => {
      const text = `${head('GET', url, {})}\r\n`;
      return poolOf(url).send({ text, timeoutMs: pingTimeoutMs, mayRepeat: true });
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/** Request line and headers, without the empty line that ends them. */
function head(method: 'GET' | 'POST', url: URL, headers: Readonly<Record<string, string>>): string {
  let text = `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept: application/json\r\n`;
  for (const name of Object.keys(headers)) text += `${name}: ${safeValue(headers[name] ?? '')}\r\n`;
  return text;
}

/** By URL and headers: a request sends the same ones with all its fetches. */
const postHeads = new WeakMap<Readonly<Record<string, string>>, Map<URL, string>>();

function postHead(url: URL, headers: Readonly<Record<string, string>>): string {
  const known = postHeads.get(headers) ?? new Map<URL, string>();
  postHeads.set(headers, known);
  const text = known.get(url) ?? head('POST', url, headers);
  known.set(url, text);
  return text;
}

/** A line break in a value would begin a header, or a request, of somebody else's making. */
function safeValue(value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value;
  throw new TypeError('a header value has characters that HTTP does not allow');
}
