import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@pcc/testkit';

/** The built router in a process of its own: an attack that ends it, or fills its memory, is seen from outside. */
export interface RouterProcess {
  readonly url: string;
  isAlive(): boolean;
  /** What is in use after a full collection, in MB. */
  heapMb(): Promise<number>;
  close(): Promise<void>;
}

const serve = fileURLToPath(new URL('../../dist/serve.js', import.meta.url));
/** Collects garbage when it is told to. */
const collector = `process.on('SIGUSR2', () => gc());`;
/** Attacks must not need more than this. */
const oldSpaceMb = 512;

export async function startRouterProcess(
  supergraphFile: string,
  env: Readonly<Record<string, string>>,
): Promise<RouterProcess> {
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      `--max-old-space-size=${oldSpaceMb}`,
      `--import=data:text/javascript,${encodeURIComponent(collector)}`,
      ...[serve, '--supergraph', supergraphFile, '--port', '0'],
    ],
    {
      env: { NODE_ENV: 'production', LOG_LEVEL: 'silent', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  child.stdout.resume();
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const heapUsed = async () => {
    const text = await (await fetch(new URL('/metrics', url))).text();
    return Number(/^nodejs_heap_size_used_bytes(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
  };
  return {
    url: new URL('/', url).origin,
    isAlive,
    async heapMb() {
      child.kill('SIGUSR2');
      return heapUsed();
    },
    async close() {
      child.kill('SIGTERM');
      await waitFor(() => !isAlive());
    },
  };
}
