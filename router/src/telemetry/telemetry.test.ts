import { closeStack, createMetrics, silentLogger } from '@pcc/platform';
import { beforeEach, expect, it, vi } from 'vitest';
import type { RouterConfig } from '../config.js';
import { startTelemetry } from './telemetry.js';

const { load, begin } = vi.hoisted(() => ({ load: vi.fn(), begin: vi.fn() }));
vi.mock('./tracing.js', () => {
  load();
  return { startTracing: () => ({ begin, close: async () => undefined }) };
});
beforeEach(() => {
  vi.resetModules();
  vi.clearAllMocks();
});

const call = async () => ({ accepted: 1 });

async function start(config: Partial<RouterConfig>, subgraphs = ['insights']) {
  const resources = closeStack(silentLogger);
  const observer = await startTelemetry({
    config: { port: 0, viewerSecrets: [], ...config },
    client: {
      call,
      query: () => Promise.reject(new Error('not asked')),
      ping: () => Promise.reject(new Error('not asked')),
      close: async () => undefined,
    },
    identities: { headersFor: async () => ({}) },
    subgraphs,
    resources,
    logger: silentLogger,
    metrics: createMetrics('test'),
  });
  return { observer, close: () => resources.close() };
}

const off = { slowOperationMs: 0, performanceSampleRate: 0 };
const operation = { transport: 'http', requestId: 'r', traceId: 't' } as const;

it('watches nothing when nobody listens', async () => {
  expect((await start(off)).observer).toBeUndefined();
  expect((await start({ slowOperationMs: 0, performanceSampleRate: 1 }, ['other'])).observer).toBe(
    undefined,
  );
});

it('watches by default, without OpenTelemetry', async () => {
  const { observer, close } = await start({});
  expect(observer?.begin(operation).trace).toBeUndefined();
  expect(load).not.toHaveBeenCalled();
  await close();
});

it('loads OpenTelemetry when traces are on', async () => {
  const { observer, close } = await start({ ...off, tracing: true });
  expect(load).toHaveBeenCalledOnce();
  observer?.begin(operation);
  expect(begin).toHaveBeenCalledExactlyOnceWith(operation);
  await close();
});
