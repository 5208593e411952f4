import { createMetrics, silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { finishedOperation, watchedOperation } from '../test-support/finished-operation.js';
import type { FinishedOperation } from './observation.js';
import { performanceReporter, type PerformanceReporterOptions } from './performance-reporter.js';

interface Batch {
  readonly sampleRate: number;
  readonly samples: readonly Record<string, unknown>[];
}

function start(options: Partial<PerformanceReporterOptions> = {}) {
  const batches: Batch[] = [];
  const answers: (() => Promise<Record<string, unknown>>)[] = [];
  const calls: { subgraph: string; path: string; headers: unknown }[] = [];
  const metrics = createMetrics('test');
  const reporter = performanceReporter({
    client: {
      async call(subgraph, path, body, { headers }) {
        calls.push({ subgraph, path, headers });
        batches.push(body as Batch);
        return answers.shift()?.() ?? { accepted: (body as Batch).samples.length };
      },
    },
    headers: async () => ({ 'x-pcc-viewer': 'the router' }),
    sampleRate: 1,
    logger: silentLogger,
    metrics,
    flushMs: 1,
    ...options,
  });
  const outcomes = async () => {
    const metric = metrics.registry.getSingleMetric('router_performance_samples_total');
    const { values } = (await metric?.get()) ?? { values: [] };
    return Object.fromEntries(
      values.map(({ labels, value }) => [String(labels['outcome']), value] as const),
    );
  };
  const { listener } = reporter;
  return { listener, close: () => reporter.close(), batches, calls, answers, outcomes };
}

const prepared = watchedOperation('query Home { me { id } }');
const finished = (given: Partial<FinishedOperation> = {}): FinishedOperation =>
  finishedOperation(prepared, {
    durationMs: 12.3456,
    body: '{"data":{"me":{"id":"ü"}}}',
    ...given,
  });

describe('the reporter of performance', () => {
  it('sends what it saw, without who asked', async () => {
    const { listener, close, batches, calls, outcomes } = start();
    const before = Date.now();
    listener(
      finished({
        errorCode: 'FORBIDDEN',
        transport: 'ws',
        fetches: new Map([
          ['learning', { count: 2, milliseconds: 1 }],
          ['content', { count: 1, milliseconds: 1 }],
        ]),
      }),
    );
    await waitFor(() => batches.length === 1);
    expect(batches[0]?.sampleRate).toBe(1);
    const [sample] = batches[0]?.samples ?? [];
    expect(sample).toEqual({
      id: expect.any(String) as string,
      occurredAt: expect.any(Number) as number,
      operationName: 'Home',
      operationHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      kind: 'query',
      transport: 'ws',
      durationMs: 12.346,
      fetches: 3,
      responseBytes: 27,
      errorCode: 'FORBIDDEN',
      cache: 'none',
    });
    expect(Number(sample?.['occurredAt'])).toBeGreaterThanOrEqual(before - 13);
    expect(Number(sample?.['occurredAt'])).toBeLessThanOrEqual(Date.now());
    expect(calls).toEqual([
      {
        subgraph: 'insights',
        path: '/internal/api-performance',
        headers: { 'x-pcc-viewer': 'the router' },
      },
    ]);
    await close();
    expect(await outcomes()).toEqual({ sent: 1 });
  });

  it('takes its part of all, and only of operations', async () => {
    const draws = [0.09, 0.1, 0.5, 0, 0.99];
    const { listener, close, batches } = start({
      sampleRate: 0.1,
      random: () => draws.shift() ?? 1,
    });
    for (let count = 0; count < 5; count++) listener(finished());
    listener(finished({ prepared: undefined }));
    await close();
    expect(batches.map(({ samples }) => samples.length)).toEqual([2]);
    expect(batches[0]?.sampleRate).toBe(0.1);
  });

  it('drops what does not fit, and counts it', async () => {
    const { listener, close, batches, outcomes } = start({
      maximumQueued: 700,
      flushMs: 3_600_000,
    });
    for (let count = 0; count < 1_000; count++) listener(finished());
    await close();
    expect(batches.map(({ samples }) => samples.length)).toEqual([500, 200]);
    expect(await outcomes()).toEqual({ sent: 700, dropped: 300 });
  });

  it('drops a batch that fails, and goes on', async () => {
    const { listener, close, batches, answers, outcomes } = start();
    answers.push(
      () => Promise.reject(new Error('unreachable')),
      async () => ({ errors: [{ message: 'no' }] }),
    );
    for (let count = 1; count <= 3; count++) {
      listener(finished());
      await waitFor(() => batches.length === count);
    }
    await close();
    expect(await outcomes()).toEqual({ failed: 2, sent: 1 });
  });

  it('gathers what comes while it sends, and sends it at the end', async () => {
    const { listener, close, batches, answers } = start();
    let release: (() => void) | undefined;
    answers.push(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return { accepted: 1 };
    });
    listener(finished());
    await waitFor(() => batches.length === 1);
    listener(finished());
    listener(finished());
    const closed = close();
    release?.();
    await closed;
    expect(batches.map(({ samples }) => samples.length)).toEqual([1, 2]);
  });
});
