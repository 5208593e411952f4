import { ConfigError } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { readRouterEnv, readServeEnv } from './env.js';

const secret = 'x'.repeat(32);
const minimal = {
  VIEWER_SIGNING_SECRETS: secret,
  JWKS_URL: 'http://learning:4001/.well-known/jwks.json',
  SUBGRAPHS: 'learning=http://learning:4001/graphql?a=b, commerce=http://commerce:4002/graphql',
};
const problemsOf = (source: Record<string, string>): readonly string[] => {
  try {
    readRouterEnv(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('the environment', () => {
  it('gives a configuration', () => {
    const { config } = readRouterEnv({ ...minimal, CORS_ORIGINS: 'https://a, https://b' });
    expect(config).toMatchObject({
      port: 4000,
      subgraphs: {
        learning: 'http://learning:4001/graphql?a=b',
        commerce: 'http://commerce:4002/graphql',
      },
      corsOrigins: ['https://a', 'https://b'],
      introspection: true,
      rateLimits: undefined,
    });
  });

  it('passes no header that the router itself sets', () => {
    const { config } = readRouterEnv({ ...minimal, FORWARD_HEADERS: 'Accept-Language, x-tenant' });
    expect(config.forwardHeaders).toEqual(['accept-language', 'x-tenant']);
    expect(problemsOf({ ...minimal, FORWARD_HEADERS: 'x-tenant,X-PCC-Viewer' })).toHaveLength(1);
  });

  it('is strict in production', () => {
    expect(problemsOf({ ...minimal, NODE_ENV: 'production' })).toEqual(['REDIS_URL is not set']);
    const { config } = readRouterEnv({
      ...minimal,
      NODE_ENV: 'production',
      REDIS_URL: 'redis://redis',
    });
    expect(config).toMatchObject({
      introspection: false,
      playground: false,
      exposeSubgraphNames: false,
      exposeDefects: false,
    });
  });

  it('shows plans to everybody except in production', () => {
    const production = { ...minimal, NODE_ENV: 'production', REDIS_URL: 'redis://redis' };
    expect(readRouterEnv(minimal).config.explain).toBe(true);
    expect(readRouterEnv(production).config.explain).toBe(false);
    expect(readRouterEnv({ ...production, EXPLAIN: 'true' }).config.explain).toBe(true);
  });

  it('makes traces where there is a collector', () => {
    const collector = { ...minimal, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(readRouterEnv(minimal).config.tracing).toBe(false);
    expect(readRouterEnv(collector).config.tracing).toBe(true);
    expect(readRouterEnv({ ...collector, OTEL_SDK_DISABLED: 'true' }).config.tracing).toBe(false);
    expect(problemsOf({ ...minimal, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' })).toHaveLength(1);
  });

  it.each([
    ['MAX_SOCKETS', 'maxSockets'],
    ['MAX_SOCKETS_PER_VIEWER', 'maxSocketsPerViewer'],
    ['MAX_SUBSCRIPTIONS', 'maxSubscriptions'],
    ['MAX_SUBSCRIPTIONS_PER_VIEWER', 'maxSubscriptionsPerViewer'],
    ['MAX_COST', 'maxCost'],
  ])('%s is a number above 0', (name, limit) => {
    expect(readRouterEnv({ ...minimal, [name]: '7' }).config.limits).toMatchObject({ [limit]: 7 });
    expect(problemsOf({ ...minimal, [name]: '0' })).toHaveLength(1);
    expect(problemsOf({ ...minimal, [name]: 'many' })).toHaveLength(1);
  });

  it('samples performance, but not before any supergraph', () => {
    expect(readRouterEnv(minimal).config.performanceSampleRate).toBeUndefined();
    expect(problemsOf({ ...minimal, PERFORMANCE_SAMPLE_RATE: '2' })).toHaveLength(1);
    const { config } = readServeEnv({ supergraph: 'file', port: '0', urls: [] }, {});
    expect(config.performanceSampleRate).toBe(0);
  });

  it('names every problem, and no secret', () => {
    const problems = problemsOf({ ...minimal, VIEWER_SIGNING_SECRETS: 'short', PORT: 'x' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'VIEWER_SIGNING_SECRETS',
    ]);
    expect(problems.join()).not.toContain('short"');
  });

  it('wants a supergraph from somewhere', () => {
    const { SUBGRAPHS: _subgraphs, ...none } = minimal;
    expect(problemsOf(none)).toEqual(['SUPERGRAPH_FILE or SUBGRAPHS must be set']);
    expect(problemsOf({ ...minimal, SUBGRAPHS: 'learning' })).toHaveLength(1);
  });
});
