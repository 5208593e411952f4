import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerInput, WorkerMessage } from './worker-protocol.js';

export interface RunningWorker {
  readonly port: number;
  /** Settles with the reason when the worker ends, asked or not. */
  readonly ended: Promise<Error | undefined>;
  /** Asks for an orderly end: open transactions rolled back, a last checkpoint written. */
  close(): Promise<void>;
}

/** Starts the engine's worker and waits until it listens. */
export async function launchWorker(input: WorkerInput): Promise<RunningWorker> {
  const worker = new Worker(await workerFile(), { workerData: input });
  let failure: Error | undefined;
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    worker.once('exit', (code) => {
      resolve(failure ?? (code === 0 ? undefined : new Error(`the worker ended with ${code}`)));
    });
  });
  const ready = new Promise<number>((resolve) => {
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') resolve(message.port);
    });
  });
  const port = await Promise.race([ready, ended]);
  if (typeof port !== 'number') throw port ?? new Error('the worker ended before it was ready');
  return {
    port,
    ended,
    async close() {
      worker.postMessage('close');
      const reason = await ended;
      if (reason) throw reason;
    },
  };
}

/**
 * Built code stands beside this file as JavaScript. From source (tests, dev) the worker is bundled first:
 * on Node 20 no TypeScript loader reaches a worker thread. The bundle is kept inside the package, where its
 * bare imports resolve.
 */
async function workerFile(): Promise<URL> {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  });
  const code = result.outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const folder = new URL('../../node_modules/.cache/', import.meta.url);
  const file = new URL(`postgres-worker-${hash}.mjs`, folder);
  await mkdir(folder, { recursive: true });
  const temporary = new URL(`${file.href}.${process.pid}`);
  await writeFile(temporary, code);
  await rename(temporary, file);
  return file;
}
