import type { GraphQLFormattedError, OperationDefinitionNode, OperationTypeNode } from 'graphql';

/** An operation that was parsed, validated and planned: the same object each time that it is asked. */
export interface WatchedOperation {
  readonly kind: OperationTypeNode;
  readonly operation: OperationDefinitionNode;
  readonly normalisedText: string;
}

export type Headers = Readonly<Record<string, string>>;

export type Transport = 'http' | 'ws';

/** Whether the answer was made for this request, shared with others, or of a kind that is never kept. */
export type CacheOutcome = 'hit' | 'miss' | 'none';

export interface FetchTotals {
  count: number;
  /** Of all its fetches, also where they ran side by side. */
  milliseconds: number;
}

/**
 * What became known of one operation so far. Plain data, so that watching costs next to nothing. It never holds
 * variables, tokens or a viewer.
 */
export interface Observation {
  readonly transport: Transport;
  readonly requestId: string;
  readonly traceId: string;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** `undefined` until it was parsed, validated and planned. */
  prepared: WatchedOperation | undefined;
  cache: CacheOutcome;
  errorCount: number;
  /** Of the first error. */
  errorCode: string | undefined;
  /** By subgraph. */
  fetches: Map<string, FetchTotals> | undefined;
  /** Set when traces are on. */
  readonly trace: OperationTrace | undefined;
  /** 0 until it has ended; likewise the rest. */
  durationMs: number;
  /** Of HTTP; 200 over WebSocket, unless it was refused. */
  status: number;
  /** The answer's serialised text. */
  body: string;
}

/** The spans of one operation. */
export interface OperationTrace {
  /** @param planningFrom by `performance.now()`: when preparing began */
  prepared(operation: WatchedOperation, planningFrom: number): void;
  fetch(subgraph: string, headers: Headers): FetchTrace;
  end(finished: FinishedOperation): void;
}

/** The span of one fetch. */
export interface FetchTrace {
  /** What goes to the subgraph: the span is the parent of whatever it does. */
  readonly headers: Headers;
  end(outcome: { readonly status: number } | { readonly error: unknown }): void;
}

export type FinishedOperation = Readonly<Observation>;

/** Told once per operation, when its answer was handed to the transport. Must neither wait nor throw. */
export type OperationListener = (finished: FinishedOperation) => void;

/** Begins the spans of an operation. */
export type BeginTrace = (start: OperationStart) => OperationTrace;

export interface OperationStart {
  readonly transport: Transport;
  readonly requestId: string;
  readonly traceId: string;
  /** The client's trace context, unchecked. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Watches operations: transports begin and end, the pipeline and the client of subgraphs note what happens between. */
export interface OperationObserver {
  begin(start: OperationStart): Observation;
  end(observation: Observation, outcome: { readonly status: number; readonly body: string }): void;
}

/** @returns `undefined` when nobody listens: then operations are not watched at all */
export function operationObserver(
  listeners: readonly OperationListener[],
  beginTrace: BeginTrace | undefined,
): OperationObserver | undefined {
  if (listeners.length === 0 && beginTrace === undefined) return undefined;
  return {
    begin: (start) => ({
      transport: start.transport,
      requestId: start.requestId,
      traceId: start.traceId,
      startedAt: performance.now(),
      prepared: undefined,
      cache: 'none',
      errorCount: 0,
      errorCode: undefined,
      fetches: undefined,
      trace: beginTrace?.(start),
      durationMs: 0,
      status: 0,
      body: '',
    }),
    end(observation, { status, body }) {
      observation.durationMs = performance.now() - observation.startedAt;
      observation.status = status;
      observation.body = body;
      observation.trace?.end(observation);
      for (const listener of listeners) listener(observation);
    },
  };
}

/** @param planningFrom by `performance.now()` */
export function notePrepared(
  observation: Observation,
  prepared: WatchedOperation,
  planningFrom: number,
): void {
  observation.prepared = prepared;
  observation.trace?.prepared(prepared, planningFrom);
}

export function noteErrors(
  observation: Observation,
  errors: readonly GraphQLFormattedError[] | undefined,
): void {
  if (errors === undefined) return;
  observation.errorCount += errors.length;
  const code = errors[0]?.extensions?.['code'];
  observation.errorCode ??= typeof code === 'string' ? code : 'UNKNOWN';
}

/** Sends a fetch to a subgraph, with headers that continue the trace, and notes how long it took. */
export async function observeFetch<Response extends { readonly status: number }>(
  observation: Observation,
  subgraph: string,
  headers: Headers,
  send: (headers: Headers) => Promise<Response>,
): Promise<Response> {
  const span = observation.trace?.fetch(subgraph, headers);
  const from = performance.now();
  try {
    const response = await send(span?.headers ?? headers);
    span?.end(response);
    return response;
  } catch (error) {
    span?.end({ error });
    throw error;
  } finally {
    noteFetch(observation, subgraph, performance.now() - from);
  }
}

function noteFetch(observation: Observation, subgraph: string, milliseconds: number): void {
  observation.fetches ??= new Map();
  const totals = observation.fetches.get(subgraph);
  if (totals === undefined) observation.fetches.set(subgraph, { count: 1, milliseconds });
  else {
    totals.count++;
    totals.milliseconds += milliseconds;
  }
}

/** Of all subgraphs. */
export function fetchCount({ fetches }: Pick<Observation, 'fetches'>): number {
  let count = 0;
  for (const totals of fetches?.values() ?? []) count += totals.count;
  return count;
}
