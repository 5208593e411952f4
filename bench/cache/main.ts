import { closeStack, silentLogger } from '@pcc/platform';
import { serviceUrls } from '@pcc/testkit';
import type { MeasuredProcess } from '../lib/child.js';
import type { BenchmarkOptions } from '../lib/options.js';
import { progress, table } from '../lib/report.js';
import { inTurns, sum } from '../lib/turns.js';
import { ExpectedAnswers, load, summarise, type LoadSummary } from '../router/load.js';
import { ourRouter, startRouter, startSubgraphs } from '../router/main.js';
import type { BenchmarkOperation } from '../router/operations.js';

type Environment = Readonly<Record<string, string>>;

interface Path {
  /** `none`: switched off; `miss`: nothing that is asked for is there; `hit`: all of it is, but for what mutations end. */
  readonly mode: 'none' | 'miss' | 'hit';
  /** Sent beside the queries, each of one product. */
  readonly mutationsPerSecond: number;
}

interface Row extends Path, LoadSummary {
  readonly store: string;
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
const rounds = 5;
const warmUp = times / 2;
const connections = 16;
const pages = 50;

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
      progress(store);
      const running: Running[] = [];
      for (const path of paths) running.push(stack.use(path.mode, await start(path, file, env)));
      rows.push(...(await measureStore(running, answers)).map((row) => ({ store, ...row })));
    }
    report(rows);
    if (json) console.log(JSON.stringify({ rows }));
  } finally {
    await stack.close();
  }
}

interface Running extends MeasuredProcess {
  readonly path: Path;
  readonly url: string;
}

async function start(path: Path, file: string, env: Environment): Promise<Running> {
  const router = await startRouter(ourRouter, ['--supergraph', file, '--port', '0'], {
    ...env,
    ENTITY_CACHE: String(path.mode !== 'none'),
    // It would answer before the entity cache is asked.
    RESPONSE_CACHE: 'false',
    DEDUPLICATION: 'false',
  });
  return { ...router, path };
}

/** All paths on one store, in turns. */
async function measureStore(
  running: readonly Running[],
  answers: ExpectedAnswers,
): Promise<Omit<Row, 'store'>[]> {
  const run = async ({ url, path }: Running, count: number, from: number) => {
    const stop = mutate(url, path.mutationsPerSecond);
    try {
      return await load(url, operationOf(path.mode), { times: count, connections, from }, answers);
    } finally {
      await stop();
    }
  };
  for (const one of running) await run(one, warmUp, 0);
  const count = times / rounds;
  const slices = await inTurns(running, rounds, async (one, round) => {
    // Where routers share a store, the mutations of the one before have reached it.
    if (one.path.mode === 'hit') await run(one, pages, 0);
    const [cpu, fetches] = [await one.cpuMs(), await subgraphRequests(one.url)];
    // Never from the beginning: what warmed up must not be asked for again where everything is to be missing.
    const measured = await run(one, count, warmUp + round * count);
    return {
      ...measured,
      cpuMs: (await one.cpuMs()) - cpu,
      fetches: (await subgraphRequests(one.url)) - fetches,
    };
  });
  return running.map(({ path }, index) => {
    const own = slices[index] ?? [];
    return {
      ...path,
      ...summarise(own),
      cpuMsPerRequest: sum(own.map(({ cpuMs }) => cpuMs)) / times,
      subgraphRequestsPerRequest: sum(own.map(({ fetches }) => fetches)) / times,
    };
  });
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
