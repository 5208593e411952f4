import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph({ rateLimits: { anonymous: 3, student: 6 } });
});
afterAll(() => graph.close());

const burst = (count: number, headers: Record<string, string> = {}) =>
  Promise.all(
    Array.from({ length: count }, () => graph.post({ query: '{ __typename }' }, headers)),
  );

describe('rate limits', () => {
  it('refuse above the limit of a role, and say when to come again', async () => {
    const refused = (await burst(12)).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(6);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.errors?.[0]?.extensions?.['code']).toBe('RATE_LIMITED');
  });

  it('count each user alone', async () => {
    const one = await graph.issuer.signIn('u1', 'student');
    const two = await graph.issuer.signIn('u2', 'student');
    await burst(20, { authorization: one.authorization });
    const others = await burst(3, { authorization: two.authorization });
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
