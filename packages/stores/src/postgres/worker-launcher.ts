import { Worker } from 'node:worker_threads';
import { workerFile } from '@pcc/platform';
import { compiledEngine } from './engine.js';
import type { WorkerInput, WorkerMessage } from './worker-protocol.js';

export interface RunningWorker {
  readonly port: number;
  /** Settles with the reason when the worker ends, asked or not. */
  readonly ended: Promise<Error | undefined>;
  /** Asks for an orderly end: open transactions rolled back, a last checkpoint written. */
  close(): Promise<void>;
}

/** Starts the engine's worker and waits until it listens. */
export async function launchWorker(options: Omit<WorkerInput, 'engine'>): Promise<RunningWorker> {
  const input: WorkerInput = { ...options, engine: await compiledEngine() };
  const worker = new Worker(await workerFile(import.meta.url, './worker'), { workerData: input });
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
