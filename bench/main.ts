/** `npm run bench -- NAME [--json] [--only PEER,…]`: each figure stands beside a peer's of the same run. */
import { parseArgs } from 'node:util';
import { cacheBenchmark } from './cache/main.js';
import type { BenchmarkOptions } from './lib/options.js';
import { machine } from './lib/report.js';
import { routerBenchmark } from './router/main.js';
import { storesBenchmark } from './stores/main.js';
import { subscriptionsBenchmark } from './subscriptions/main.js';

const benchmarks: Readonly<Record<string, (options: BenchmarkOptions) => Promise<void>>> = {
  cache: cacheBenchmark,
  router: routerBenchmark,
  stores: storesBenchmark,
  subscriptions: subscriptionsBenchmark,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const [name = ''] = positionals;
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  const names = Object.keys(benchmarks).join('|');
  console.error(`usage: npm run bench -- ${names} [--json] [--only PEER,…]`);
  process.exit(2);
}
console.log(`${name} on ${machine()}\n`);
await benchmark({ json: values.json, only: values.only?.split(',') });
