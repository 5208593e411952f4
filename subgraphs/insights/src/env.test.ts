import { ConfigError } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { readInsightsEnv } from './env.js';

const complete = {
  DATABASE_URL: 'postgresql://one/lms',
  CLICKHOUSE_URL: 'http://localhost:8123',
  VIEWER_SIGNING_SECRETS: 'a'.repeat(32),
  REDIS_URL: 'redis://localhost',
};

describe('readInsightsEnv', () => {
  it('prefers the subgraph’s own database', () => {
    expect(readInsightsEnv(complete).config).toMatchObject({
      port: 4004,
      databaseUrl: 'postgresql://one/lms',
      clickhouse: { url: 'http://localhost:8123' },
      clickhouseDatabase: 'insights',
    });
    const own = { ...complete, INSIGHTS_DATABASE_URL: 'postgresql://two/lms' };
    expect(readInsightsEnv(own).config.databaseUrl).toBe('postgresql://two/lms');
  });

  it('names everything that is missing or wrong', () => {
    const problemsOf = (source: Record<string, string>) => {
      try {
        readInsightsEnv(source);
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
      }
      return [];
    };
    expect(problemsOf({})).toEqual([
      'DATABASE_URL is not set',
      'CLICKHOUSE_URL is not set',
      'VIEWER_SIGNING_SECRETS is not set',
      'REDIS_URL is not set',
    ]);
    expect(problemsOf({ ...complete, CLICKHOUSE_URL: 'localhost' })).toHaveLength(1);
    expect(problemsOf({ ...complete, CLICKHOUSE_DATABASE: 'a;b' })).toHaveLength(1);
  });
});
