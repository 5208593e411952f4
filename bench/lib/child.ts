import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Closable } from '@pcc/platform';

/** A process under measurement. */
export interface MeasuredProcess extends Closable {
  /** The first line that it printed: where it listens. */
  readonly firstLine: string;
  /** CPU time that it has used so far, all its threads together, in milliseconds. */
  cpuMs(): Promise<number>;
  /** Memory that it holds now, in MB. */
  residentMb(): Promise<number>;
}

/** Linux counts in hundredths of a second, whatever the processor. */
const tickMs = 10;
const pageBytes = 4096;

/** Runs a program of ours with Node; it must print a line when it is ready. */
export async function startProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeFlags: readonly string[] = [],
): Promise<MeasuredProcess> {
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const firstLine = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${script} ended with ${String(code)} before it was ready`);
    }),
  ]);
  child.stdout.resume();
  const stat = async (position: number) => {
    const text = await readFile(`/proc/${child.pid}/stat`, 'utf8');
    // The second field is a name in parentheses that may hold anything.
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[position - 3]);
  };
  return {
    firstLine,
    cpuMs: async () => ((await stat(14)) + (await stat(15))) * tickMs,
    residentMb: async () => ((await stat(24)) * pageBytes) / 2 ** 20,
    close: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
