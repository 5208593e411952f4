import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { composeSupergraph } from '@pcc/router';
import { testDirectory } from '@pcc/testkit';
import { startProcess, type MeasuredProcess } from '../lib/child.js';
import type { BenchmarkOptions } from '../lib/options.js';
import { progress, table } from '../lib/report.js';
import { ExpectedAnswers, load, type Load } from './load.js';
import { operations, type BenchmarkOperation, type OperationName } from './operations.js';
import { sdlOf, subgraphNames } from './subgraphs/schemas.js';

interface Contender {
  readonly router: 'pcc' | 'stock' | 'hive';
  /** Whether identical requests in flight are sent once. The stock router cannot. */
  readonly deduplication: boolean;
  start(supergraphFile: string): Promise<MeasuredProcess & { url: string }>;
}

interface Row extends Omit<Load, 'requestsPerSecond'> {
  readonly router: Contender['router'];
  readonly deduplication: boolean;
  readonly operation: OperationName;
  readonly rps: number;
  readonly cpuMsPerRequest: number;
  readonly rssMb: number;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const peers = join(root, 'bench/peers');

/** As `npm run router` starts Node: more room for what is young, so less of it is copied, by one thread. All get it. */
export const nodeFlags = ['--max-semi-space-size=32', '--no-parallel-scavenge'];

const contenders: readonly Contender[] = [
  {
    router: 'stock',
    deduplication: false,
    start: async (file) =>
      at(await startProcess(here('./contenders/stock.js'), [file], {}, nodeFlags)),
  },
  ...[true, false].flatMap((deduplication): Contender[] => [
    {
      router: 'pcc',
      deduplication,
      start: async (file) =>
        at(
          await startProcess(
            join(root, 'router/dist/serve.js'),
            ['--supergraph', file, '--port', '0'],
            {
              DEDUPLICATION: String(deduplication),
              // Counted as by default, but never reached: the load comes from one address.
              RATE_LIMITS: '1000000/1000000/1000000/1000000',
            },
            nodeFlags,
          ),
        ),
    },
    {
      router: 'hive',
      deduplication,
      start: async (file) =>
        at(
          await startProcess(join(peers, 'hive.mjs'), [file, String(deduplication)], {}, nodeFlags),
        ),
    },
  ]),
];

/** What a contender prints when it is ready is its URL. */
const at = (process: MeasuredProcess) => ({
  ...process,
  url: new URL('/graphql', process.firstLine).href,
});

const times: Readonly<Record<OperationName, number>> = { small: 6_000, medium: 2_500, large: 600 };
const connections = 16;

/** Our router beside Apollo's and the Guild's, on one supergraph with four subgraph processes. */
export async function routerBenchmark({ json, only }: BenchmarkOptions): Promise<void> {
  installPeers();
  const stack = closeStack(silentLogger);
  try {
    const file = await startSubgraphs(stack);
    const answers = new ExpectedAnswers();
    const rows: Row[] = [];
    for (const contender of contenders) {
      if (only?.includes(contender.router) === false) continue;
      rows.push(...(await measureContender(contender, file, answers)));
    }
    report(rows);
    if (json) console.log(JSON.stringify({ rows }));
  } finally {
    await stack.close();
  }
}

/** The peers' packages are installed once, and only for this. */
function installPeers(): void {
  if (existsSync(join(peers, 'node_modules'))) return;
  progress('installing the peers');
  execFileSync('npm', ['ci', '--prefix', peers, '--no-audit', '--no-fund'], { stdio: 'ignore' });
}

/** Starts the four subgraphs as processes. @returns the file of their supergraph */
export async function startSubgraphs(
  stack: CloseStack,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const definitions = await Promise.all(
    subgraphNames.map(async (name) => {
      const subgraph = stack.use(
        name,
        await startProcess(here('./subgraphs/serve.js'), [name], env),
      );
      return { name, url: `http://127.0.0.1:${subgraph.firstLine}/graphql`, sdl: sdlOf(name) };
    }),
  );
  const composition = composeSupergraph(definitions);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  const directory = stack.use('directory', await testDirectory());
  const file = join(directory.path, 'supergraph.graphql');
  await writeFile(file, composition.supergraphSdl);
  return file;
}

async function measureContender(
  contender: Contender,
  file: string,
  answers: ExpectedAnswers,
): Promise<Row[]> {
  const process = await contender.start(file);
  try {
    const rows: Row[] = [];
    for (const operation of operations) {
      progress(
        `${contender.router}${contender.deduplication ? ' (dedup)' : ''}: ${operation.name}`,
      );
      rows.push(await measureOperation(contender, process, operation, answers));
    }
    return rows;
  } finally {
    await process.close();
  }
}

async function measureOperation(
  { router, deduplication }: Contender,
  process: MeasuredProcess & { url: string },
  operation: BenchmarkOperation<OperationName>,
  answers: ExpectedAnswers,
): Promise<Row> {
  const run = (count: number) =>
    load(process.url, operation, { times: count, connections }, answers);
  // A just-in-time compiler needs thousands of calls before it shows what it can do.
  await run(Math.ceil(times[operation.name] / 2));
  const before = await process.cpuMs();
  const { requestsPerSecond, ...measured } = await run(times[operation.name]);
  const cpuMs = (await process.cpuMs()) - before;
  return {
    router,
    deduplication,
    operation: operation.name,
    rps: requestsPerSecond,
    ...measured,
    cpuMsPerRequest: cpuMs / times[operation.name],
    rssMb: await process.residentMb(),
  };
}

function report(rows: readonly Row[]): void {
  const stockOf = (operation: OperationName) =>
    rows.find((row) => row.router === 'stock' && row.operation === operation)?.cpuMsPerRequest ??
    Number.NaN;
  console.log(
    table(
      operations.flatMap(({ name }) =>
        rows
          .filter(({ operation }) => operation === name)
          .map((row) => ({
            operation: row.operation,
            router: row.router,
            'shares identical': row.deduplication ? 'yes' : 'no',
            'requests/s': row.rps,
            'p50 ms': row.p50Ms,
            'p99 ms': row.p99Ms,
            'CPU ms/request': row.cpuMsPerRequest,
            'stock : this': stockOf(name) / row.cpuMsPerRequest,
            'RSS MB': row.rssMb,
            equal: row.equal ? 'yes' : 'NO',
          })),
      ),
    ),
  );
}
