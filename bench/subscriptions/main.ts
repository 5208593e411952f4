import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { composeSupergraph } from '@pcc/router';
import { serviceUrls, testDirectory } from '@pcc/testkit';
import { startProcess, type MeasuredProcess } from '../lib/child.js';
import type { BenchmarkOptions } from '../lib/options.js';
import { progress, table } from '../lib/report.js';
import { openSockets, type Load, type Measured } from './load.js';
import { sdl } from './messages.js';

type Server = 'pcc' | 'plain';

interface Row extends Measured, Load {
  readonly server: Server;
  readonly asked: number;
  readonly bytesPerSocket: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What DESIGN section 12 asks for. */
const goal = { sockets: 10_000, deliveriesPerSecond: 1_000 };
const seconds = 8;
/** A load beyond this has bent: less is delivered than is sent, or later than anybody would wait. */
const bent = { part: 0.9, p99Ms: 1_000 };
/** As `npm run router` starts Node; and the collector is called to see what sockets hold. */
const nodeFlags = ['--max-semi-space-size=32', '--no-parallel-scavenge', '--expose-gc'];

/** The first is the goal where it is hardest: every socket is somebody else's, and every event needs two subgraphs. */
const loads: readonly (Load & { readonly rates: readonly number[] })[] = [
  { sockets: 10_000, rooms: 10_000, subgraphs: 'two', rates: [1_000, 2_000] },
  { sockets: 10_000, rooms: 10_000, subgraphs: 'one', rates: [1_000, 2_000] },
  { sockets: 10_000, rooms: 100, subgraphs: 'two', rates: [1_000, 10_000, 20_000, 40_000] },
  { sockets: 2_000, rooms: 2_000, subgraphs: 'two', rates: [1_000] },
  { sockets: 18_000, rooms: 18_000, subgraphs: 'two', rates: [1_000] },
];

/** Our router and a plain graphql-ws server, with thousands of sockets each. */
export async function subscriptionsBenchmark({ json, only }: BenchmarkOptions): Promise<void> {
  checkFileLimit(Math.max(...loads.map(({ sockets }) => sockets)));
  const stack = closeStack(silentLogger);
  try {
    const start = await startServers(stack);
    const rows: Row[] = [];
    for (const load of loads) {
      for (const server of ['pcc', 'plain'] as const) {
        if (only?.includes(server) === false) continue;
        rows.push(...(await measureServer(server, start, load)));
      }
    }
    report(rows);
    if (json) console.log(JSON.stringify(headline(rows)));
  } finally {
    await stack.close();
  }
}

/** Node itself asks for as many as it may have. */
function checkFileLimit(sockets: number): void {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const allowed = Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  if (allowed >= sockets + 1_000) return;
  throw new Error(
    `${sockets} sockets need as many open files, and this process may have ${allowed}: ulimit -n ${sockets + 1_000} first`,
  );
}

type Start = (server: Server) => Promise<MeasuredProcess>;

async function startServers(stack: CloseStack): Promise<Start> {
  const subgraphs = stack.use('subgraphs', await startProcess(here('./subgraphs.js'), []));
  const [chat, catalogue] = subgraphs.firstLine.split(' ');
  const composition = composeSupergraph([
    { name: 'chat', url: `http://127.0.0.1:${chat}/graphql`, sdl: sdl.chat },
    { name: 'catalogue', url: `http://127.0.0.1:${catalogue}/graphql`, sdl: sdl.catalogue },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  const directory = stack.use('directory', await testDirectory());
  const file = join(directory.path, 'supergraph.graphql');
  await writeFile(file, composition.supergraphSdl);
  const { redis } = serviceUrls();
  const env = redis === undefined ? {} : { REDIS_URL: redis };
  return (server) => startProcess(here(`./contenders/${server}.js`), [file], env, nodeFlags);
}

async function measureServer(
  server: Server,
  start: Start,
  { rates, ...load }: (typeof loads)[number],
): Promise<Row[]> {
  const process = await start(server);
  try {
    progress(`${server}: ${load.sockets} sockets in ${load.rooms} rooms, ${load.subgraphs}`);
    const loaded = await openSockets(process, load);
    try {
      const rows: Row[] = [];
      for (const asked of rates) {
        const measured = await loaded.measure(asked, seconds);
        rows.push({ server, ...load, asked, ...measured, bytesPerSocket: loaded.bytesPerSocket });
        progress(`  ${asked} a second: ${JSON.stringify(measured)}`);
        if (measured.deliveriesPerSecond < asked * bent.part || measured.p99Ms > bent.p99Ms) break;
      }
      return rows;
    } finally {
      await loaded.close();
    }
  } finally {
    await process.close();
  }
}

/** The goal's figures, of the load where it is hardest. */
function headline(rows: readonly Row[]) {
  const row = rows.find(
    ({ server, sockets, asked }) =>
      server === 'pcc' && sockets === goal.sockets && asked === goal.deliveriesPerSecond,
  );
  if (row === undefined) return undefined;
  const { sockets, deliveriesPerSecond, p50Ms, p99Ms, lost, duplicated, bytesPerSocket } = row;
  return {
    sockets,
    deliveriesPerSecond: Math.round(deliveriesPerSecond),
    p50Ms,
    p99Ms,
    lost,
    duplicated,
    bytesPerSocket: Math.round(bytesPerSocket),
  };
}

function report(rows: readonly Row[]): void {
  const ratio = (row: Row, figure: 'p99Ms' | 'cpuMsPerDelivery' | 'bytesPerSocket') => {
    const peer = rows.find(
      (other) =>
        other.server === 'plain' &&
        other.sockets === row.sockets &&
        other.rooms === row.rooms &&
        other.subgraphs === row.subgraphs &&
        other.asked === row.asked,
    );
    return row[figure] / (peer?.[figure] ?? Number.NaN);
  };
  console.log(
    table(
      rows.map((row) => ({
        server: row.server,
        sockets: String(row.sockets),
        'executions/s': String(Math.round((row.asked * row.rooms) / row.sockets)),
        subgraphs: row.subgraphs,
        'deliveries/s asked': String(row.asked),
        'deliveries/s': row.deliveriesPerSecond,
        'p50 ms': row.p50Ms,
        'p99 ms': row.p99Ms,
        'this : plain': ratio(row, 'p99Ms'),
        lost: row.lost,
        duplicated: row.duplicated,
        'CPU ms each': row.cpuMsPerDelivery,
        'CPU, this : plain': ratio(row, 'cpuMsPerDelivery'),
        'bytes/socket': row.bytesPerSocket,
        'bytes, this : plain': ratio(row, 'bytesPerSocket'),
      })),
    ),
  );
}
