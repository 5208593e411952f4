import { PassThrough } from 'node:stream';
import { createLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { finishedOperation, watchedOperation } from '../test-support/finished-operation.js';
import type { FinishedOperation } from './observation.js';
import { operationHash } from './operation-hash.js';
import { slowOperations, type SlowOperationsOptions } from './slow-operations.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function start(options: Partial<SlowOperationsOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    }
  });
  const logger = createLogger({ name: 'test', level: 'trace' }, stream);
  const slow = slowOperations({ thresholdMs: 1_000, logger, ...options });
  closing.push(() => slow.close());
  const { listener } = slow;
  return { listener, close: () => slow.close(), lines };
}

const prepared = watchedOperation('query Home($secret: String) { me(secret: $secret) { id } }');
const finished = (given: Partial<FinishedOperation> = {}): FinishedOperation =>
  finishedOperation(prepared, {
    cache: 'miss',
    errorCount: 2,
    errorCode: 'X',
    fetches: new Map([['learning', { count: 3, milliseconds: 1_100.4 }]]),
    durationMs: 1_234.5,
    body: '{"data":{"me":{"id":"hidden"}}}',
    ...given,
  });

describe('the log of slow operations', () => {
  it('tells where the time went, and nothing of what was asked or answered', async () => {
    const { listener, lines } = start();
    listener(finished());
    await waitFor(() => lines.length === 1);
    expect(lines[0]).toEqual({
      level: 40,
      time: expect.any(Number) as number,
      pid: expect.any(Number) as number,
      hostname: expect.any(String) as string,
      name: 'test',
      msg: 'slow operation',
      requestId: 'request-1',
      traceId: 'a'.repeat(32),
      operation: 'Home',
      hash: operationHash(prepared),
      kind: 'query',
      transport: 'http',
      durationMs: 1_235,
      fetches: { learning: { count: 3, ms: 1_100 } },
      cache: 'miss',
      errors: 2,
    });
    expect(operationHash(prepared)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has nothing to say of quick ones', async () => {
    const { listener, lines } = start();
    listener(finished({ durationMs: 1_000 }));
    listener(finished({ durationMs: 1_001, prepared: undefined, fetches: undefined }));
    await waitFor(() => lines.length === 1);
    expect(lines[0]).toMatchObject({ durationMs: 1_001, fetches: {} });
    expect(lines[0]).not.toHaveProperty('operation');
  });

  it('only counts beyond so many lines, and tells the count at the end of the minute', async () => {
    const { listener, lines } = start({ linesPerMinute: 2, windowMs: 50 });
    for (let count = 0; count < 5; count++) listener(finished());
    await waitFor(() => lines.length === 3);
    expect(lines.map(({ msg, count }) => [msg, count])).toEqual([
      ['slow operation', undefined],
      ['slow operation', undefined],
      ['more operations were slow', 3],
    ]);
    listener(finished());
    await waitFor(() => lines.length === 4);
    expect(lines[3]?.['msg']).toBe('slow operation');
  });

  it('tells the count when the router stops', async () => {
    const { listener, close, lines } = start({ linesPerMinute: 1, windowMs: 3_600_000 });
    for (let count = 0; count < 3; count++) listener(finished());
    await close();
    await waitFor(() => lines.length === 2);
    expect(lines[1]).toMatchObject({ msg: 'more operations were slow', count: 2 });
  });
});
