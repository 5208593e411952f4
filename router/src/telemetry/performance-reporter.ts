import {
  Counter,
  errorMessage,
  newId,
  type Closable,
  type Logger,
  type Metrics,
} from '@pcc/platform';
import type { RequestScope } from '../execution/execution.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import {
  fetchCount,
  type FinishedOperation,
  type OperationListener,
  type WatchedOperation,
} from './observation.js';
import { operationHash, operationName } from './operation-hash.js';

/** Who takes the figures, and where. */
export const performanceSubgraph = 'insights';
const performancePath = '/internal/api-performance';

export interface PerformanceReporterOptions {
  readonly client: Pick<SubgraphClient, 'call'>;
  /** The router's own signature: nobody's viewer. */
  readonly headers: () => Promise<RequestScope['headers']>;
  /** Of 1; above 0. */
  readonly sampleRate: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly flushMs?: number;
  /** Samples that wait; what comes when there are as many is dropped. */
  readonly maximumQueued?: number;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

const defaultFlushMs = 5_000;
const defaultMaximumQueued = 2_000;
/** With at most 400 bytes each, well below the 1 MiB that insights takes. */
const samplesPerCall = 500;
/** Nobody waits for it but a router that stops. */
const callMs = 2_000;
const longestCode = 100;

/**
 * Samples how operations perform and sends the samples to insights, a batch every few seconds. No answer ever waits
 * for it: what cannot be sent is dropped and counted.
 */
export function performanceReporter(options: PerformanceReporterOptions): Closable & {
  readonly listener: OperationListener;
} {
  const { client, headers, sampleRate, logger, metrics, random = Math.random } = options;
  const { flushMs = defaultFlushMs, maximumQueued = defaultMaximumQueued } = options;
  const outcomes = new Counter({
    name: 'router_performance_samples_total',
    help: 'Samples of how operations perform, by what became of them',
    labelNames: ['outcome'] as const,
    registers: [metrics.registry],
  });
  let queue: PerformanceSample[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  const send = async (samples: readonly PerformanceSample[]): Promise<void> => {
    try {
      const scope: RequestScope = {
        headers: await headers(),
        viewer: null,
        forwarded: '',
        log: logger,
        deadline: Date.now() + callMs,
      };
      const body = { sampleRate, samples };
      const answer = await client.call(performanceSubgraph, performancePath, body, scope);
      if (answer['accepted'] !== samples.length) throw new Error('insights refused the samples');
      outcomes.inc({ outcome: 'sent' }, samples.length);
    } catch (error) {
      outcomes.inc({ outcome: 'failed' }, samples.length);
      logger.warn({ reason: errorMessage(error) }, 'samples of performance were lost');
    }
  };
  const drain = async () => {
    const waiting = queue;
    queue = [];
    for (let from = 0; from < waiting.length; from += samplesPerCall) {
      await send(waiting.slice(from, from + samplesPerCall));
    }
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    sending = drain();
    await sending;
    sending = undefined;
    if (queue.length > 0) schedule();
  };
  const schedule = () => {
    if (sending === undefined) timer ??= setTimeout(() => void flush(), flushMs).unref();
  };

  return {
    listener(finished) {
      if (finished.prepared === undefined || random() >= sampleRate) return;
      if (queue.length >= maximumQueued) {
        outcomes.inc({ outcome: 'dropped' });
        return;
      }
      queue.push(sampleOf(finished, finished.prepared));
      schedule();
    },
    async close() {
      await sending;
      await flush();
      clearTimeout(timer);
    },
  };
}

/** As insights takes it. */
interface PerformanceSample {
  /** A sample that arrives twice counts once. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly operationName: string;
  readonly operationHash: string;
  readonly kind: string;
  readonly transport: string;
  readonly durationMs: number;
  readonly fetches: number;
  /** Of the answer before compression. */
  readonly responseBytes: number;
  readonly errorCode: string | null;
  readonly cache: string;
}

const sampleOf = (finished: FinishedOperation, prepared: WatchedOperation): PerformanceSample => ({
  id: newId(),
  occurredAt: Math.round(Date.now() - finished.durationMs),
  operationName: operationName(prepared),
  operationHash: operationHash(prepared),
  kind: prepared.kind,
  transport: finished.transport,
  durationMs: Math.round(finished.durationMs * 1000) / 1000,
  fetches: fetchCount(finished),
  responseBytes: Buffer.byteLength(finished.body),
  errorCode: finished.errorCode?.slice(0, longestCode) ?? null,
  cache: finished.cache,
});
