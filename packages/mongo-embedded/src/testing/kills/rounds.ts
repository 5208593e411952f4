import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, waitFor, type TestChild } from '@pcc/testkit';
import { MongoServerError } from 'mongodb';
import { connect } from '../harness.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import { claimPart } from './claims.js';
import { indexesTellTheTruth, indexPart } from './indexes.js';
import { itemPart } from './items.js';
import { messagePart } from './messages.js';
import type { Part, RunningServer, Writer } from './part.js';
import { killDatabase } from './part.js';
import { retryPart } from './retries.js';

const childFile = new URL('../child.ts', import.meta.url);
const writers = 8;

type Killable = RunningServer & { child: TestChild };

/**
 * Kills a server again and again while clients write to it, and looks after each restart whether everything
 * that was acknowledged is there, whole and once.
 *
 * @returns how many writes were acknowledged
 * @throws Error that tells what does not hold, after which kill, and the seed
 */
export async function surviveKills(options: {
  readonly directory: string;
  readonly kills: number;
  readonly seed: number;
  /** At most so many writes before each kill. */
  readonly writes?: number;
}): Promise<number> {
  const { directory, kills, seed, writes = 270 } = options;
  const random = seededRandom(seed);
  const parts = [itemPart(), messagePart(), claimPart(), retryPart(), indexPart()];
  let ids = 0;
  let acknowledged = 0;
  const clientsOf = (server: RunningServer): Writer[] =>
    Array.from({ length: writers }, (_, at) => {
      const name = `w${at}`;
      return { ...server, name, random, nextId: () => `${name}-${++ids}` };
    });
  let server = await start(directory);
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const enough = Math.ceil(random.fraction() * writes);
      acknowledged += await writeAndKill(server, clientsOf(server), { parts, random, enough });
      if (random.chance(0.3)) await killWhileStarting(directory, random.below(400));
      server = await start(directory);
      const problems = await indexesTellTheTruth(server, random);
      for (const part of parts) problems.push(...(await part.check(server)));
      if (problems.length > 0)
        throw new Error(`after kill ${kill}, seed ${seed}:\n${problems.slice(0, 20).join('\n')}`);
    }
  } finally {
    await server.client.close();
    await server.child.kill();
  }
  return acknowledged;
}

async function killWhileStarting(directory: string, afterMs: number): Promise<void> {
  const child = await startChild(childFile, { arguments: [directory] });
  await sleep(afterMs);
  await child.kill();
}

async function start(directory: string): Promise<Killable> {
  const child = await startChild(childFile, { arguments: [directory] });
  const url = await waitFor(() => child.lines[0], { what: 'the server to listen' });
  // A dead server is not waited for.
  const client = await connect(url, 300);
  return { child, url, client, db: client.db(killDatabase) };
}

/** An answer of the server; the driver's bulk errors also stand for a connection that broke, without a code. */
const isRefusal = (error: unknown): boolean =>
  error instanceof MongoServerError && typeof error.code === 'number';

/** Everybody writes until so many writes were acknowledged; then the server dies in the middle of others. */
async function writeAndKill(
  { child, client }: Killable,
  clients: readonly Writer[],
  { parts, random, enough }: { parts: readonly Part[]; random: Random; enough: number },
): Promise<number> {
  let acknowledged = 0;
  let killed: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    // The moment is what is random here: right after an answer, or a little later.
    await sleep(random.below(4));
    await child.kill();
  };
  const write = async (writer: Writer): Promise<void> => {
    for (;;) {
      try {
        await random.pick(parts).write(writer);
      } catch (error) {
        if (isRefusal(error) || !killed) throw error;
        return;
      }
      if (++acknowledged >= enough) killed ??= kill();
    }
  };
  try {
    await Promise.all(clients.map(write));
  } finally {
    await (killed ?? child.kill());
    await client.close();
  }
  return acknowledged;
}
