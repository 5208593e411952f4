import { join } from 'node:path';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { connectClickHouse, startEmbeddedClickHouse, type ClickHouseTarget } from '@pcc/stores';
import { serviceUrls, testDirectory } from '@pcc/testkit';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

const batch = 10_000;

export const clickhouse: StoreBenchmark = {
  store: 'ClickHouse',
  async embedded(stack) {
    const directory = stack.use('directory', await testDirectory());
    const options = { directory: join(directory.path, 'clickhouse'), logger: silentLogger };
    const engine = stack.use('clickhouse', await startEmbeddedClickHouse(options));
    return operations({ connection: engine.connection }, stack);
  },
  async server(stack) {
    const { clickhouse: url } = serviceUrls();
    return url === undefined ? undefined : operations({ url }, stack);
  },
};

async function operations(target: ClickHouseTarget, stack: CloseStack): Promise<Operation[]> {
  const table = `bench_events_${process.pid}`;
  const { client } = stack.use('client', connectClickHouse({ ...target, database: 'default' }));
  await client.command({
    query: `CREATE TABLE ${table} (at DateTime64(3, 'UTC'), user String, course String, points UInt32)
            ENGINE = MergeTree ORDER BY (course, at)`,
  });
  stack.defer('table', async () => void (await client.command({ query: `DROP TABLE ${table}` })));
  const insert = (index: number) =>
    client.insert({
      table,
      format: 'JSONEachRow',
      values: Array.from({ length: batch }, (_, row) => ({
        at: new Date(1_700_000_000_000 + index * batch + row).toISOString(),
        user: `user-${row % 500}`,
        course: `course-${(index + row) % 50}`,
        points: row % 100,
      })),
    });
  const points = async (index: number) => {
    const result = await client.query({
      query: `SELECT user, sum(points) AS points FROM ${table} WHERE course = {course:String}
              GROUP BY user ORDER BY points DESC LIMIT 10`,
      query_params: { course: `course-${index % 50}` },
      format: 'JSONEachRow',
    });
    return result.json();
  };
  return [
    { name: `insert in batches of ${batch} (rows)`, times: 30, size: batch, run: insert },
    { name: 'the ten best of a course, with a parameter', times: 200, run: points },
    { name: 'the same, 8 at once', times: 200, concurrency: 8, run: points },
  ];
}
