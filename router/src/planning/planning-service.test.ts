import { silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import { OperationError } from '../execution/errors.js';
import type { PlannerThread } from './planner-thread.js';
import { startPlanning, type PlanningOptions, type PlanningService } from './planning-service.js';
import type { PlanningOutcome } from './protocol.js';

const outcome = (normalisedText: string): PlanningOutcome => ({
  kind: 'planned',
  operation: { normalisedText, plan: '{}', conditions: [], introspects: false, refused: [] },
});
const asked = (query: string) => ({ query, operationName: undefined, overrides: [], access: '' });

const opened: PlanningService[] = [];
afterEach(async () => {
  for (const planning of opened.splice(0)) await planning.close();
});

/** Threads that answer when the test says so: `hold…` waits, `die` ends its thread, anything else is planned at once. */
function fakeThreads() {
  const threads: { readonly plans: string[]; end(): void; answer(): void }[] = [];
  const startThread = async (): Promise<PlannerThread> => {
    let hasEnded = false;
    let held: { answer(): void; fail(): void } | undefined;
    const plans: string[] = [];
    const end = () => {
      hasEnded = true;
      held?.fail();
    };
    threads.push({ plans, end, answer: () => held?.answer() });
    return {
      facts: { apiSchemaSdl: '', subgraphs: new Map(), overrideLabels: [], mentionedRights: [] },
      get hasEnded() {
        return hasEnded;
      },
      async plan({ query }) {
        if (hasEnded) throw new Error('it has ended');
        plans.push(query);
        if (query === 'die') {
          hasEnded = true;
          throw new Error('out of memory');
        }
        if (!query.startsWith('hold')) return outcome(query);
        return new Promise((resolve, reject) => {
          held = { answer: () => resolve(outcome(query)), fail: () => reject(new Error('ended')) };
        });
      },
      stop: async () => end(),
    };
  };
  return { threads, startThread };
}

async function start(options: Partial<PlanningOptions>): Promise<PlanningService> {
  const planning = await startPlanning({
    supergraphSdl: '',
    limits: { ...defaultLimits, maxTokens: 1_000 },
    introspection: true,
    logger: silentLogger,
    ...options,
  });
  opened.push(planning);
  return planning;
}

describe('planning', () => {
  it('does one operation after the other', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread });
    const both = [planning.plan(asked('hold 1')), planning.plan(asked('hold 2'))];
    await waitFor(() => threads[0]?.plans.length === 1);
    threads[0]?.answer();
    await waitFor(() => threads[0]?.plans.length === 2);
    threads[0]?.answer();
    const texts = (await Promise.all(both)).map(({ normalisedText }) => normalisedText);
    expect(texts).toEqual(['hold 1', 'hold 2']);
    expect(threads).toHaveLength(1);
  });

  it('refuses what comes when enough wait, and says when to come back', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread, maxWaiting: 1 });
    const first = planning.plan(asked('hold 1'));
    await waitFor(() => threads[0]?.plans.length === 1);
    const second = planning.plan(asked('2'));
    await expect(planning.plan(asked('3'))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      status: 503,
      extensions: { retryAfterSeconds: 1 },
    });
    threads[0]?.answer();
    await Promise.all([first, second]);
    expect(await planning.plan(asked('3'))).toMatchObject({ normalisedText: '3' });
  });

  it('ends a thread that takes too long, goes on with another, and does not try the same again', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread, timeLimitMs: 20 });
    const slow = planning.plan(asked('hold'));
    const next = planning.plan(asked('next'));
    const refusal: unknown = await slow.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(OperationError);
    expect(refusal).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'PLANNING_TIMEOUT' } }],
    });
    expect(await next).toMatchObject({ normalisedText: 'next' });
    await expect(planning.plan(asked('hold'))).rejects.toBe(refusal);
    expect(threads.map(({ plans }) => plans)).toEqual([['hold'], ['next']]);
  });

  it('replaces a thread that an operation killed, and does not let it kill another', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread });
    const killed = { status: 500, errors: [{ extensions: { code: 'PLANNING_FAILED' } }] };
    await expect(planning.plan(asked('die'))).rejects.toMatchObject(killed);
    await expect(planning.plan(asked('die'))).rejects.toMatchObject(killed);
    expect(await planning.plan(asked('next'))).toMatchObject({ normalisedText: 'next' });
    expect(threads.map(({ plans }) => plans)).toEqual([['die'], ['next']]);
  });

  it('replaces a thread that died by itself', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread });
    threads[0]?.end();
    expect(await planning.plan(asked('next'))).toMatchObject({ normalisedText: 'next' });
    expect(threads).toHaveLength(2);
  });

  it('is unavailable, not broken, while no thread can be had', async () => {
    const { threads, startThread } = fakeThreads();
    let mayStart = true;
    const planning = await start({
      startThread: () => (mayStart ? startThread() : Promise.reject(new Error('no memory'))),
    });
    threads[0]?.end();
    mayStart = false;
    await expect(planning.plan(asked('1'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    mayStart = true;
    expect(await planning.plan(asked('2'))).toMatchObject({ normalisedText: '2' });
  });

  it('retires after the last operation that waits', async () => {
    const { threads, startThread } = fakeThreads();
    const planning = await start({ startThread });
    const both = [planning.plan(asked('hold')), planning.plan(asked('last'))];
    const retired = planning.retire();
    await waitFor(() => threads[0]?.plans.length === 1);
    threads[0]?.answer();
    expect(await Promise.all(both)).toMatchObject([{}, { normalisedText: 'last' }]);
    await retired;
    await expect(planning.plan(asked('late'))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(threads).toHaveLength(1);
  });

  it('closes at once', async () => {
    const { startThread } = fakeThreads();
    const planning = await start({ startThread });
    const both = [planning.plan(asked('hold')), planning.plan(asked('waits'))];
    const outcomes = Promise.allSettled(both);
    await planning.close();
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } },
      { status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
  });
});
