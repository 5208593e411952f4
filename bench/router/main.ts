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
import { inTurns, sum } from '../lib/turns.js';
import { ExpectedAnswers, load, summarise, type LoadSummary } from './load.js';
import { operations, type BenchmarkOperation, type OperationName } from './operations.js';
import { sdlOf, subgraphNames } from './subgraphs/schemas.js';

interface Contender {
  readonly router: 'pcc' | 'stock' | 'hive';
  /** Whether identical requests in flight are sent once. The stock router cannot. */
  readonly deduplication: boolean;
  start(supergraphFile: string): Promise<MeasuredProcess & { url: string }>;
}

/** A contender that waits for its turn. */
interface Running extends MeasuredProcess {
  readonly contender: Contender;
  readonly url: string;
}

interface Row extends LoadSummary {
  readonly router: Contender['router'];
  readonly deduplication: boolean;
  readonly operation: OperationName;
  readonly cpuMsPerRequest: number;
  readonly rssMb: number;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const peers = join(root, 'bench/peers');
export const ourRouter = join(root, 'router/dist/serve.js');

/** As `npm run router` starts Node: more room for what is young, so less of it is copied, by one thread. All get it. */
const nodeFlags = ['--max-semi-space-size=32', '--no-parallel-scavenge'];

const contenders: readonly Contender[] = [
  {
    router: 'stock',
    deduplication: false,
    start: (file) => startRouter(here('./contenders/stock.js'), [file]),
  },
  ...[true, false].flatMap((deduplication): Contender[] => [
    {
      router: 'pcc',
      deduplication,
      start: (file) =>
        startRouter(ourRouter, ['--supergraph', file, '--port', '0'], {
          DEDUPLICATION: String(deduplication),
          // Counted as by default, but never reached: the load comes from one address.
          RATE_LIMITS: '1000000/1000000/1000000/1000000',
        }),
    },
    {
      router: 'hive',
      deduplication,
      start: (file) => startRouter(join(peers, 'hive.mjs'), [file, String(deduplication)]),
    },
  ]),
];

/** A router as a process; what it prints when it is ready is its URL. */
export async function startRouter(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess & { readonly url: string }> {
  const process = await startProcess(script, args, env, nodeFlags);
  return { ...process, url: new URL('/graphql', process.firstLine).href };
}

const times: Readonly<Record<OperationName, number>> = {
  small: 6_000,
  medium: 3_000,
  large: 1_200,
};
const connections = 16;
const rounds = 5;

/** Our router beside Apollo's and the Guild's, on one supergraph with four subgraph processes. */
export async function routerBenchmark({ json, only }: BenchmarkOptions): Promise<void> {
  installPeers();
  const stack = closeStack(silentLogger);
  try {
    const file = await startSubgraphs(stack);
    const answers = new ExpectedAnswers();
    const rows: Row[] = [];
    const running: Running[] = [];
    for (const contender of contenders) {
      if (only?.includes(contender.router) === false) continue;
      const started = await contender.start(file);
      running.push({ ...stack.use(contender.router, started), contender });
    }
    for (const operation of operations) {
      rows.push(...(await measureOperation(running, operation, answers)));
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

async function measureOperation(
  running: readonly Running[],
  operation: BenchmarkOperation<OperationName>,
  answers: ExpectedAnswers,
): Promise<Row[]> {
  progress(operation.name);
  const count = times[operation.name] / rounds;
  const run = ({ url }: Running, options: { times: number; from?: number }) =>
    load(url, operation, { connections, ...options }, answers);
  // A just-in-time compiler needs thousands of calls before it shows what it can do.
  for (const one of running) await run(one, { times: times[operation.name] / 2 });
  const slices = await inTurns(running, rounds, async (one, round) => {
    // V8 gives memory back while it waits for its turn, and has to ask for it again.
    await run(one, { times: count / 5 });
    const before = await one.cpuMs();
    const measured = await run(one, { times: count, from: round * count });
    return { ...measured, cpuMs: (await one.cpuMs()) - before };
  });
  return Promise.all(
    running.map(async (one, index) => ({
      router: one.contender.router,
      deduplication: one.contender.deduplication,
      operation: operation.name,
      ...summarise(slices[index] ?? []),
      cpuMsPerRequest: sum((slices[index] ?? []).map(({ cpuMs }) => cpuMs)) / (count * rounds),
      rssMb: await one.residentMb(),
    })),
  );
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
