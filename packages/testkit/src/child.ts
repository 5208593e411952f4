import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchPath } from './env.js';

export interface TestChild {
  readonly pid: number;
  /** Everything it has printed to standard output so far, a line each. */
  readonly lines: readonly string[];
  /** Settles when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** SIGKILL: no handler runs, nothing is flushed. Settles when it is gone. */
  kill(): Promise<void>;
}

export interface TestChildOptions {
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a TypeScript file of a test in a process of its own, so that it can be killed at any point. It prints
 * a line for each thing that was acknowledged to it.
 *
 * @param file in a package's `src/`. It is bundled into that package, where its bare imports resolve; other
 *   workspaces are taken from their `dist/`, which `npm test` builds first.
 */
export async function startChild(file: URL, options: TestChildOptions = {}): Promise<TestChild> {
  const child = spawn(
    process.execPath,
    [
      '--disable-wasm-trap-handler',
      '--enable-source-maps',
      await bundleOnce(file),
      ...(options.arguments ?? []),
    ],
    {
      env: { PATH: searchPath(), UV_THREADPOOL_SIZE: '16', ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  // `close` comes after the last line was read; `exit` may come before it.
  const ended = once(child, 'close').then(() => undefined);
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const bundles = new Map<string, Promise<string>>();

/** Once for all children of one process: a bundle must not be written while another child reads it. */
function bundleOnce(file: URL): Promise<string> {
  const made = bundles.get(file.href) ?? bundle(file);
  bundles.set(file.href, made);
  return made;
}

async function bundle(file: URL): Promise<string> {
  const { build } = await import('esbuild');
  const source = fileURLToPath(file);
  const [packageFolder] = source.split('/src/');
  const output = join(
    packageFolder ?? '',
    'node_modules/.cache/children',
    `${basename(source, '.ts')}-${process.pid}.mjs`,
  );
  await build({
    entryPoints: [source],
    outfile: output,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return output;
}
