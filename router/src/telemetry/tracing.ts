import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  isValidTraceId,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { Counter, errorMessage, type Closable, type Logger, type Metrics } from '@pcc/platform';
import type {
  BeginTrace,
  FetchTrace,
  FinishedOperation,
  OperationStart,
  WatchedOperation,
} from './observation.js';
import { operationHash, operationName } from './operation-hash.js';

export interface Tracing extends Closable {
  readonly begin: BeginTrace;
}

/** A collector that is down must not keep a router from stopping. */
const goodbyeMs = 2_000;

const propagator = new W3CTraceContextPropagator();

/**
 * OpenTelemetry traces over OTLP/HTTP. The SDK reads its own environment: `OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER`,
 * `OTEL_BSP_*`, `OTEL_SERVICE_NAME`. It is not made global: nothing else in the process is traced, and no context
 * follows promises, which is what makes tracing slow in Node.
 *
 * This module is loaded only when traces are on.
 */
export function startTracing(deps: {
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Tracing {
  const ids = new RandomIdGenerator();
  let nextTraceId: string | undefined;
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'pcc-router' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(watched(new OTLPTraceExporter(), deps))],
    idGenerator: {
      // A trace that begins here is named as in the request's log lines.
      generateTraceId: () => nextTraceId ?? ids.generateTraceId(),
      generateSpanId: () => ids.generateSpanId(),
    },
  });
  const tracer = provider.getTracer('@pcc/router');
  const planned = new WeakSet<WatchedOperation>();

  return {
    begin(start) {
      nextTraceId = isValidTraceId(start.traceId) ? start.traceId : undefined;
      const begun = operationTrace(tracer, planned, start);
      nextTraceId = undefined;
      return begun;
    },
    close: async () => {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, goodbyeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}

function operationTrace(
  tracer: Tracer,
  planned: WeakSet<WatchedOperation>,
  { transport, traceparent, tracestate, requestId }: OperationStart,
): ReturnType<BeginTrace> {
  const parent = propagator.extract(
    ROOT_CONTEXT,
    { traceparent, tracestate },
    defaultTextMapGetter,
  );
  const attributes = { 'network.protocol.name': transport, 'pcc.request.id': requestId };
  const span = tracer.startSpan('GraphQL Operation', { kind: SpanKind.SERVER, attributes }, parent);
  const context = trace.setSpan(parent, span);
  return {
    prepared(operation, planningFrom) {
      if (planned.has(operation)) return;
      planned.add(operation);
      tracer.startSpan('plan', { startTime: planningFrom }, context).end();
    },
    fetch(subgraph, headers) {
      const attributes = { 'http.request.method': 'POST', 'pcc.subgraph': subgraph };
      const kind = SpanKind.CLIENT;
      const fetch = tracer.startSpan(`fetch ${subgraph}`, { kind, attributes }, context);
      const carrier: Record<string, string> = {};
      propagator.inject(trace.setSpan(context, fetch), carrier, defaultTextMapSetter);
      return { headers: { ...headers, ...carrier }, end: endOfFetch(fetch) };
    },
    end(finished) {
      describe(span, finished);
      span.end();
    },
  };
}

type Span = ReturnType<Tracer['startSpan']>;

/** Names and attributes are those of OpenTelemetry's semantic conventions for GraphQL servers. */
function describe(
  span: Span,
  { prepared, status, cache, errorCount, errorCode }: FinishedOperation,
) {
  if (!span.isRecording()) return;
  if (prepared !== undefined) {
    span.updateName(prepared.kind);
    span.setAttribute('graphql.operation.type', prepared.kind);
    const name = operationName(prepared);
    if (name !== '') span.setAttribute('graphql.operation.name', name);
    span.setAttribute('pcc.operation.hash', operationHash(prepared));
  }
  span.setAttribute('http.response.status_code', status);
  span.setAttribute('pcc.cache', cache);
  if (errorCount > 0) span.setAttribute('pcc.errors', errorCount);
  if (errorCode !== undefined) span.setAttribute('error.type', errorCode);
  // A client's mistake is not the server's failure.
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

const endOfFetch =
  (span: Span): FetchTrace['end'] =>
  (outcome) => {
    if ('error' in outcome) {
      // Messages of failures name subgraphs and addresses of ours, never what was asked.
      span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(outcome.error) });
    } else {
      span.setAttribute('http.response.status_code', outcome.status);
      if (outcome.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };

/** Counts what the exporter does; a collector that goes is logged once, and so is its return. */
function watched(
  exporter: SpanExporter,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): SpanExporter {
  const spans = new Counter({
    name: 'router_trace_spans_total',
    help: 'Spans handed to the OpenTelemetry exporter, by what became of them',
    labelNames: ['outcome'] as const,
    registers: [metrics.registry],
  });
  let isDown = false;
  return {
    export(batch, done) {
      exporter.export(batch, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        spans.inc({ outcome: failed ? 'failed' : 'exported' }, batch.length);
        if (failed && !isDown) {
          logger.warn({ reason: result.error?.message }, 'traces cannot be exported');
        } else if (!failed && isDown) {
          logger.info('traces are exported again');
        }
        isDown = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined
      ? {}
      : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}
