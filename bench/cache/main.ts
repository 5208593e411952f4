import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeStack, silentLogger } from '@pcc/platform';
import { serviceUrls } from '@pcc/testkit';
import { startProcess } from '../lib/child.js';
import type { BenchmarkOptions } from '../lib/options.js';
import { progress, table } from '../lib/report.js';
import { ExpectedAnswers, load, type Load } from '../router/load.js';
import { nodeFlags, startSubgraphs } from '../router/main.js';
import type { BenchmarkOperation } from '../router/operations.js';

interface Path {
  /** `none`: switched off; `miss`: nothing that is asked for is there; `hit`: all of it is, but for what mutations end. */
  readonly mode: 'none' | 'miss' | 'hit';
  /** Sent beside the queries, each of one product. */
  readonly mutationsPerSecond: number;
}

interface Row extends Path, Omit<Load, 'requestsPerSecond'> {
  readonly store: string;
  readonly rps: number;
  readonly cpuMsPerRequest: number;
  readonly subgraphRequestsPerRequest: number;
}

const paths: readonly Path[] = [
  { mode: 'none', mutationsPerSecond: 0 },
  { mode: 'miss', mutationsPerSecond: 0 },
  { mode: 'hit', mutationsPerSecond: 0 },
  { mode: 'hit', mutationsPerSecond: 10 },
  { mode: 'hit', mutationsPerSecond: 100 },
  { mode: 'none', mutationsPerSecond: 100 },
];

const times = 3_000;
const connections = 16;
const pages = 50;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Ten products with stock and reviews: a root field and two entity fetches. */
const query = `query Page($skip: Int!, $first: Int!) {
  topProducts(first: 10, skip: $skip) {
    upc name price inStock(atLeast: $first) reviews(first: $first) { id body }
  }
}`;

/** Every product has fewer reviews than this, so that a higher limit asks for the same in another way. */
const enough = 10;

const operationOf = (mode: Path['mode']): BenchmarkOperation => ({
  name: 'page',
  query,
  variables: Array.from({ length: mode === 'miss' ? 4 * times : pages }, (_, index) => ({
    skip: index % pages,
    first: mode === 'miss' ? enough + index : enough,
  })),
  answers: pages,
});

/** The entity cache's paths beside a router without one, in memory and, where a server is named, on Redis. */
export async function cacheBenchmark({ json, only }: BenchmarkOptions): Promise<void> {
  const stack = closeStack(silentLogger);
  try {
    const file = await startSubgraphs(stack, { CACHE_CONTROL: 'public, max-age=300' });
    const { redis } = serviceUrls();
    const stores = [
      { store: 'memory', env: {} },
      ...(redis === undefined ? [] : [{ store: 'redis', env: { REDIS_URL: redis } }]),
    ];
    const answers = new ExpectedAnswers();
    const rows: Row[] = [];
    for (const { store, env } of stores) {
      if (only?.includes(store) === false) continue;
      for (const path of paths) {
        progress(`${store}: ${path.mode}, ${path.mutationsPerSecond} mutations/s`);
        rows.push({ store, ...path, ...(await measurePath(path, file, env, answers)) });
      }
    }
    report(rows);
    if (json) console.log(JSON.stringify({ rows }));
  } finally {
    await stack.close();
  }
}

async function measurePath(
  { mode, mutationsPerSecond }: Path,
  file: string,
  env: Readonly<Record<string, string>>,
  answers: ExpectedAnswers,
): Promise<Omit<Row, keyof Path | 'store'>> {
  const router = await startProcess(
    join(root, 'router/dist/serve.js'),
    ['--supergraph', file, '--port', '0'],
    {
      ...env,
      ENTITY_CACHE: String(mode !== 'none'),
      // It would answer before the entity cache is asked.
      RESPONSE_CACHE: 'false',
      DEDUPLICATION: 'false',
    },
    nodeFlags,
  );
  const url = router.firstLine;
  const stop = mutate(url, mutationsPerSecond);
  try {
    const operation = operationOf(mode);
    const run = (count: number, given = operation) =>
      load(url, given, { times: count, connections }, answers);
    await run(Math.ceil(times / 2));
    const [cpu, fetches] = [await router.cpuMs(), await subgraphRequests(url)];
    // What warmed up must not be asked for again where everything is to be missing.
    const fresh = {
      ...operation,
      variables: operation.variables.slice(mode === 'miss' ? times : 0),
    };
    const { requestsPerSecond, ...measured } = await run(times, fresh);
    return {
      rps: requestsPerSecond,
      ...measured,
      cpuMsPerRequest: ((await router.cpuMs()) - cpu) / times,
      subgraphRequestsPerRequest: ((await subgraphRequests(url)) - fetches) / times,
    };
  } finally {
    await stop();
    await router.close();
  }
}

/** Sends mutations at a rate until told to stop. */
function mutate(url: string, perSecond: number): () => Promise<void> {
  if (perSecond === 0) return async () => undefined;
  let [running, count] = [true, 0];
  const one = async () => {
    const upc = `product-${(++count * 3 + 1) % 60}`;
    const text = `mutation { setStock(upc: "${upc}", count: 1000000) { upc } }`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    });
    await response.text();
  };
  const loop = async () => {
    while (running) {
      await Promise.all([one(), new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond))]);
    }
  };
  const finished = loop();
  return async () => {
    running = false;
    await finished;
  };
}

/** How many requests the router has sent to subgraphs, by its own count. */
async function subgraphRequests(url: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const counts = [...text.matchAll(/^router_subgraph_fetch_seconds_count\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function report(rows: readonly Row[]): void {
  const without = (row: Row) =>
    rows.find(({ store, mode }) => store === row.store && mode === 'none')?.cpuMsPerRequest ??
    Number.NaN;
  console.log(
    table(
      rows.map((row) => ({
        store: row.store,
        path: row.mode,
        'mutations/s': row.mutationsPerSecond,
        'requests/s': row.rps,
        'p50 ms': row.p50Ms,
        'p99 ms': row.p99Ms,
        'CPU ms/request': row.cpuMsPerRequest,
        'none : this': without(row) / row.cpuMsPerRequest,
        'subgraph requests/request': row.subgraphRequestsPerRequest,
        equal: row.equal ? 'yes' : 'NO',
      })),
    ),
  );
}
