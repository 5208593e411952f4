import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Closable } from '@pcc/platform';

/** A process under measurement. */
export interface MeasuredProcess extends Closable {
  /** The first line that it printed: where it listens. */
  readonly firstLine: string;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** What it prints next. @throws when it has ended */
  nextLine(): Promise<string>;
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
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${script} has ended`);
    return line.value;
  };
  const firstLine = await Promise.race([
    nextLine(),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${script} ended with ${String(code)} before it was ready`);
    }),
  ]);
  const stat = async (position: number) => {
    const text = await readFile(`/proc/${child.pid}/stat`, 'utf8');
    // The second field is a name in parentheses that may hold anything.
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[position - 3]);
  };
  return {
    firstLine,
    nextLine,
    tell: (line) => void child.stdin.write(`${line}\n`),
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
