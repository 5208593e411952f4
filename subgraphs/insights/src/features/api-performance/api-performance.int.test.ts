import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestInsights, type TestInsights } from '../../testing/insights.js';
import { dayMs, startOfDay } from '../../time.js';

let insights: TestInsights;
beforeAll(async () => {
  insights = await startTestInsights(new Date());
});
afterAll(() => insights?.close());

const path = '/internal/api-performance';
/** Within the three months that samples are kept. */
const day = startOfDay(new Date()).getTime() - 60 * dayMs;
let days = 0;
/** A day that no other test uses, nor the days beside it. */
const freshDay = () => day + ++days * 3 * dayMs;

const sample = (given: object = {}) => ({
  id: newId(),
  occurredAt: day,
  operationName: 'Home',
  operationHash: 'a'.repeat(64),
  kind: 'query',
  transport: 'http',
  durationMs: 10,
  fetches: 2,
  responseBytes: 1_000,
  errorCode: null,
  cache: 'none',
  ...given,
});

const report = (samples: readonly unknown[], sampleRate: unknown = 1) =>
  insights.client.anonymous.post(path, { sampleRate, samples });

const query = `query ($from: DateTime!, $to: DateTime!, $first: Int) {
  apiPerformance(from: $from, to: $to, first: $first) {
    operationName count errors samples p50Ms p95Ms p99Ms
  }
}`;
async function read(from: number, variables: object = {}, role: 'admin' | 'instructor' = 'admin') {
  const client = insights.client.as({ id: newId(), role });
  const to = new Date(from + dayMs).toISOString();
  const asked = { from: new Date(from).toISOString(), to, first: 20, ...variables };
  const { data, errors } = await client.query<{ apiPerformance: unknown[] } | null>(query, asked);
  return errors?.[0]?.extensions?.['code'] ?? data?.apiPerformance;
}

describe('what routers report', () => {
  it('is shown by operation, those that took most time first', async () => {
    const at = freshDay();
    const within = (offset: number) => ({ occurredAt: at + offset });
    const durations = Array.from({ length: 101 }, (_, index) => index);
    await report(durations.map((durationMs) => sample({ ...within(durationMs), durationMs })));
    await report([
      sample({ ...within(5), operationName: '', durationMs: 4_000.125, errorCode: 'FORBIDDEN' }),
      sample({ ...within(6), operationName: '', durationMs: 4_000.125 }),
      sample({ ...within(-1), operationName: 'Yesterday' }),
      sample({ ...within(dayMs), operationName: 'Tomorrow' }),
    ]);
    expect(await read(at)).toEqual([
      {
        operationName: null,
        count: '2',
        errors: '1',
        samples: '2',
        p50Ms: 4_000.125,
        p95Ms: 4_000.125,
        p99Ms: 4_000.125,
      },
      {
        operationName: 'Home',
        count: '101',
        errors: '0',
        samples: '101',
        p50Ms: 50,
        p95Ms: 95,
        p99Ms: 99,
      },
    ]);
    expect(await read(at, { first: 1 })).toHaveLength(1);
  });

  it('stands for as many operations as were not sampled', async () => {
    const at = freshDay();
    const seen = { occurredAt: at, errorCode: 'X' };
    await report([sample(seen), sample({ ...seen, errorCode: null })], 0.1);
    await report([sample(seen)], 0.5);
    expect(await read(at)).toMatchObject([{ count: '22', errors: '12', samples: '3' }]);
  });

  it('counts once when it arrives twice', async () => {
    const at = freshDay();
    const samples = [sample({ occurredAt: at }), sample({ occurredAt: at })];
    expect(await report(samples)).toEqual({ status: 200, body: { accepted: 2 } });
    expect(await report(samples)).toEqual({ status: 200, body: { accepted: 2 } });
    expect(await read(at)).toMatchObject([{ count: '2', samples: '2' }]);
  });

  it('is refused whole when any of it is wrong', async () => {
    const at = freshDay();
    const wrong = [
      { id: 'x' },
      { operationHash: 'x' },
      { operationName: 'n'.repeat(101) },
      { kind: 'other' },
      { transport: 'pigeon' },
      { durationMs: -1 },
      { occurredAt: Date.UTC(2200, 0, 1) },
      { cache: 'maybe' },
      { fetches: 1.5 },
    ];
    for (const given of wrong) {
      const { status } = await report([sample({ occurredAt: at }), sample(given)]);
      expect({ given, status }).toEqual({ given, status: 400 });
    }
    for (const rate of [0, 1.5, 'x']) {
      expect((await report([sample({ occurredAt: at })], rate)).status).toBe(400);
    }
    const many = Array.from({ length: 1_001 }, () => sample({ occurredAt: at }));
    expect((await report(many)).status).toBe(400);
    expect(await read(at)).toEqual([]);
    expect(await report([])).toEqual({ status: 200, body: { accepted: 0 } });
  });

  it('comes from nobody but routers', async () => {
    const body = JSON.stringify({ sampleRate: 1, samples: [sample()] });
    for (const headers of [{}, { 'x-pcc-viewer': 'forged' }]) {
      const response = await fetch(new URL(path, insights.url), { method: 'POST', headers, body });
      expect(response.status).toBe(401);
    }
  });

  it('is shown to nobody but admins', async () => {
    expect(await read(day, {}, 'instructor')).toBe('FORBIDDEN');
    const { errors } = await insights.client.anonymous.query(query, {
      from: new Date(day).toISOString(),
      to: new Date(day + 1).toISOString(),
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  it('is asked for within bounds', async () => {
    expect(await read(day, { first: 0 })).toBe('BAD_USER_INPUT');
    expect(await read(day, { first: 101 })).toBe('BAD_USER_INPUT');
    expect(await read(day, { to: new Date(day).toISOString() })).toBe('BAD_USER_INPUT');
  });
});

it('is kept for three months', async () => {
  const at = Date.now() - 100 * dayMs;
  const recent = Date.now();
  await report([sample({ occurredAt: at }), sample({ occurredAt: recent })]);
  await insights.clickhouse.client.command({ query: 'OPTIMIZE TABLE api_performance FINAL' });
  expect(await read(at - 1_000)).toEqual([]);
  expect(await read(recent - 1_000)).toMatchObject([{ samples: '1' }]);
});
