import type { CloseStack, Logger, Metrics } from '@pcc/platform';
import {
  defaultPerformanceSampleRate,
  defaultSlowOperationMs,
  type RouterConfig,
} from '../config.js';
import type { IdentityService } from '../identity/identity.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import {
  operationObserver,
  type OperationListener,
  type OperationObserver,
} from './observation.js';
import { performanceReporter, performanceSubgraph } from './performance-reporter.js';
import { slowOperations } from './slow-operations.js';

export interface TelemetryDeps {
  readonly config: RouterConfig;
  readonly client: SubgraphClient;
  readonly identities: Pick<IdentityService, 'headersFor'>;
  /** The names of the subgraphs. */
  readonly subgraphs: readonly string[];
  readonly resources: CloseStack;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Starts whatever watches operations. @returns `undefined` when nothing does */
export async function startTelemetry(deps: TelemetryDeps): Promise<OperationObserver | undefined> {
  const { config, client, identities, resources, logger, metrics } = deps;
  const listeners: OperationListener[] = [];

  const thresholdMs = config.slowOperationMs ?? defaultSlowOperationMs;
  if (thresholdMs > 0) {
    const slow = resources.use('slow operations', slowOperations({ thresholdMs, logger }));
    listeners.push(slow.listener);
  }
  const sampleRate = config.performanceSampleRate ?? defaultPerformanceSampleRate;
  // A supergraph of another maker has nobody who takes them.
  if (sampleRate > 0 && deps.subgraphs.includes(performanceSubgraph)) {
    const headers = () => identities.headersFor(null);
    const reporter = performanceReporter({ client, headers, sampleRate, logger, metrics });
    listeners.push(resources.use('performance samples', reporter).listener);
  }
  if (config.tracing !== true) return operationObserver(listeners, undefined);
  const { startTracing } = await import('./tracing.js');
  const tracing = resources.use('traces', startTracing({ logger, metrics }));
  return operationObserver(listeners, tracing.begin);
}
