import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One process's Prometheus metrics; `/metrics` prints them. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds from the request's first byte to its answer's last, by method, route and status. */
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from request to answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  });
  return { registry, httpDuration };
}

export { Counter, Gauge, Histogram };
