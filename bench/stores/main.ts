import { closeStack, silentLogger } from '@pcc/platform';
import { measure, type Measurement, type Operation } from '../lib/measure.js';
import type { BenchmarkOptions } from '../lib/options.js';
import { progress, table } from '../lib/report.js';
import { clickhouse } from './clickhouse.js';
import { events } from './events.js';
import { mongo } from './mongo.js';
import { objectStorage } from './object-storage.js';
import { postgres } from './postgres.js';
import { redis } from './redis.js';
import type { StoreBenchmark } from './store-benchmark.js';

interface Row {
  readonly store: string;
  readonly embedded: Measurement;
  /** `null` when no server of this kind is at hand. */
  readonly server: Measurement | null;
}

/** Each store's embedded engine beside a real server, by the same client and operations, one after the other. */
export async function storesBenchmark({ json, only }: BenchmarkOptions): Promise<void> {
  const rows: Row[] = [];
  for (const benchmark of [postgres, mongo, clickhouse, redis, objectStorage, events]) {
    if (only?.includes(benchmark.store) === false) continue;
    rows.push(...(await compare(benchmark)));
  }
  console.log(
    table(
      rows.map(({ store, embedded, server }) => ({
        store,
        operation: embedded.operation,
        'embedded /s': embedded.perSecond,
        'p50 ms': embedded.p50Ms,
        'p95 ms': embedded.p95Ms,
        'server /s': server?.perSecond ?? Number.NaN,
        'server p50 ms': server?.p50Ms ?? Number.NaN,
        'server p95 ms': server?.p95Ms ?? Number.NaN,
        'embedded : server': server === null ? Number.NaN : embedded.perSecond / server.perSecond,
      })),
    ),
  );
  console.log('\n–: no such server at hand. Name one with TEST_DATABASE_URL, TEST_MONGODB_URL,');
  console.log('TEST_CLICKHOUSE_URL, TEST_REDIS_URL or TEST_S3_URL.');
  if (json) console.log(JSON.stringify({ rows }));
}

async function compare(benchmark: StoreBenchmark): Promise<Row[]> {
  const embedded = await run(`${benchmark.store}, embedded`, (stack) => benchmark.embedded(stack));
  const server = await run(`${benchmark.store}, server`, (stack) => benchmark.server(stack));
  return (embedded ?? []).map((measurement, index) => ({
    store: benchmark.store,
    embedded: measurement,
    server: server?.[index] ?? null,
  }));
}

async function run(
  name: string,
  open: StoreBenchmark['server'],
): Promise<Measurement[] | undefined> {
  const stack = closeStack(silentLogger);
  try {
    progress(`${name}: preparing`);
    const operations: readonly Operation[] | undefined = await open(stack);
    if (operations === undefined) return undefined;
    const measurements: Measurement[] = [];
    for (const operation of operations) {
      progress(`${name}: ${operation.name}`);
      measurements.push(await measure(operation));
    }
    return measurements;
  } finally {
    await stack.close();
  }
}
