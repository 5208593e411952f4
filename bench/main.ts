/** `npm run bench -- NAME [--json]`: one benchmark, each figure beside a peer's in the same run. */
import { routerBenchmark } from './router/main.js';
import { storesBenchmark } from './stores/main.js';
import { machine } from './lib/report.js';

const benchmarks: Readonly<Record<string, (options: { json: boolean }) => Promise<void>>> = {
  router: routerBenchmark,
  stores: storesBenchmark,
};

const [name = '', ...flags] = process.argv.slice(2);
const benchmark = benchmarks[name];
const unknown = flags.filter((flag) => flag !== '--json');
if (benchmark === undefined || unknown.length > 0) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')} [--json]`);
  process.exit(2);
}
console.log(`${name} on ${machine()}\n`);
await benchmark({ json: flags.includes('--json') });
