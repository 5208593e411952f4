import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Closable } from '@pcc/platform';
import { testDirectory } from './directory.js';
import { searchPath } from './env.js';
import { waitFor } from './wait-for.js';

// src/ and dist/ are equally deep.
const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface PlatformOptions {
  /** Kept between starts when given; otherwise an empty one that `close` removes. */
  readonly dataDirectory?: string;
  /** Beside PORT, DATA_DIR and LOG_LEVEL. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface RunningProcess extends Closable {
  readonly url: string;
  /** Where it keeps its mails. */
  readonly mailboxUrl: string;
  readonly dataDirectory: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Sends a signal and gives the exit code; `null` when the signal killed it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** The demo accounts, from the data directory. */
  accounts(): Promise<{ admin: Account; instructor: Account; student: Account }>;
}

/** What became of a start that failed. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(exitCode: number | null, stderr: string) {
    super(`the platform ended with ${String(exitCode)}: ${stderr}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * Runs the platform as `npm start` does, in a process of its own, on free ports. It runs `dist/`: the e2e
 * project builds it first.
 * @throws StartFailed when the process ends instead of becoming ready
 */
export async function startPlatformProcess(options: PlatformOptions = {}): Promise<RunningProcess> {
  const temporary = options.dataDirectory === undefined ? await testDirectory() : undefined;
  const dataDirectory = options.dataDirectory ?? join(temporary?.path ?? '', 'data');
  const child = spawn(
    process.execPath,
    ['--disable-wasm-trap-handler', '--enable-source-maps', 'dist/start.js'],
    {
      cwd: root,
      env: {
        PATH: searchPath(),
        UV_THREADPOOL_SIZE: '16',
        LOG_LEVEL: 'error',
        PORT: '0',
        DATA_DIR: dataDirectory,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = collect(child);
  const url = await waitFor(
    () => {
      if (hasEnded(child)) return 'ended';
      return /Playground: (http\S+?)\/\s/.exec(output.stdout)?.[1];
    },
    { what: 'the platform to be ready', timeoutMs: 90_000 },
  ).catch(async (error: unknown) => {
    await end(child, 'SIGKILL');
    throw new Error(`${output.stdout}\n${output.stderr}`, { cause: error });
  });
  if (url === 'ended') {
    await temporary?.close();
    throw new StartFailed(child.exitCode, output.stderr);
  }
  return {
    url,
    mailboxUrl: /kept: (http\S+)/.exec(output.stdout)?.[1] ?? '',
    dataDirectory,
    output: () => output.stdout + output.stderr,
    stop: (signal) => end(child, signal),
    async accounts() {
      const file = await readFile(join(dataDirectory, 'demo-accounts.json'), 'utf8');
      return JSON.parse(file) as Awaited<ReturnType<RunningProcess['accounts']>>;
    },
    async close() {
      await end(child, 'SIGTERM');
      await temporary?.close();
    },
  };
}

/** Whether the built platform is there: `dist/` is made by `node tools/build.mjs`. */
export const platformIsBuilt = (): boolean => existsSync(join(root, 'dist/start.js'));

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return output;
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
