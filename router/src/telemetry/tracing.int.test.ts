import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createMetrics, silentLogger } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';
import { observeFetch, operationObserver } from './observation.js';
import { startTracing } from './tracing.js';

interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: CollectedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  }[];
}

const server = 2;
const client = 3;

/** An OpenTelemetry collector that only remembers, for OTLP over HTTP as JSON. */
async function startCollector() {
  const bodies: string[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(body);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const exported = () => bodies.map((body) => JSON.parse(body) as Exported);
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    bodies,
    exported,
    spans: (): CollectedSpan[] =>
      exported()
        .flatMap(({ resourceSpans }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans),
    close: () => new Promise((resolve) => http.close(resolve).closeAllConnections()),
  };
}

const attributesOf = ({ attributes }: Pick<CollectedSpan, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));

let collector: Awaited<ReturnType<typeof startCollector>>;
let graph: PlatformGraph;
beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  vi.stubEnv('OTEL_SERVICE_NAME', 'router-of-this-test');
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
  graph = await startPlatformGraph({ tracing: true });
});
afterEach(() => void collector.bodies.splice(0));
afterAll(async () => {
  vi.unstubAllEnvs();
  await graph?.close();
  await collector?.close();
});

const given = { traceId: '1234567890abcdef1234567890abcdef', spanId: 'abcdef1234567890' };
const traceparent = `00-${given.traceId}-${given.spanId}-01`;

async function spansOf(traceId: string): Promise<CollectedSpan[]> {
  const all = () => collector.spans().filter((span) => span.traceId === traceId);
  await waitFor(() => all().some(({ kind }) => kind === server));
  return all();
}
const find = (spans: CollectedSpan[], name: string): CollectedSpan => {
  const span = spans.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span "${name}" among ${JSON.stringify(spans)}`);
  return span;
};
/** The trace context that a subgraph got with the last request. */
const received = () => graph.seen.at(-1)?.identity;

/** What watches operations, without a router. */
function startObserver() {
  const tracing = startTracing({ logger: silentLogger, metrics: createMetrics('test') });
  const observer = operationObserver([], tracing.begin);
  if (observer === undefined) throw new Error('nothing observes');
  return { observer, close: () => tracing.close() };
}

describe('traces', () => {
  it("continue the client's, through the plan and every fetch, into the subgraphs", async () => {
    const query = 'query Home { courses { id noteCount } }';
    const headers = { traceparent, tracestate: 'vendor=1,other=2' };
    graph.seen.splice(0);
    await graph.post({ query }, headers);
    const spans = await spansOf(given.traceId);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'fetch catalogue',
      'fetch notes',
      'plan',
      'query',
    ]);
    const root = find(spans, 'query');
    expect(root).toMatchObject({ kind: server, parentSpanId: given.spanId });
    expect(root.traceState).toBe('vendor=1,other=2');
    expect(attributesOf(root)).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Home',
      'pcc.operation.hash': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      'network.protocol.name': 'http',
      'http.response.status_code': 200,
      'pcc.cache': 'miss',
      'pcc.request.id': expect.any(String) as string,
    });
    for (const name of ['plan', 'fetch catalogue', 'fetch notes']) {
      expect(find(spans, name).parentSpanId).toBe(root.spanId);
    }
    expect(find(spans, 'fetch notes')).toMatchObject({ kind: client });
    expect(attributesOf(find(spans, 'fetch notes'))).toMatchObject({
      'pcc.subgraph': 'notes',
      'http.response.status_code': 200,
    });
    expect(graph.seen.map(({ identity }) => identity.traceId)).toEqual([
      given.traceId,
      given.traceId,
    ]);
    const [{ resourceSpans }] = collector.exported() as [Exported];
    const [{ resource }] = resourceSpans as [Exported['resourceSpans'][number]];
    expect(attributesOf(resource)).toMatchObject({ 'service.name': 'router-of-this-test' });
  });

  it('have a plan once, and never what was asked or who', async () => {
    const { authorization } = await graph.issuer.signIn('ada-the-person', 'student');
    const body = {
      query: 'query Echo($secret: String!) { echo(text: $secret) }',
      variables: { secret: 'a-secret-value' },
    };
    await graph.post(body, { authorization, traceparent });
    expect((await spansOf(given.traceId)).some(({ name }) => name === 'plan')).toBe(true);
    const text = collector.bodies.splice(0).join();
    await graph.post(body, { authorization, traceparent });
    const again = await spansOf(given.traceId);
    expect(again.map(({ name }) => name).sort()).toEqual(['fetch catalogue', 'query']);
    for (const secret of ['a-secret-value', 'ada-the-person', authorization.slice(7)]) {
      expect(text + collector.bodies.join()).not.toContain(secret);
    }
  });

  it('begin here without a valid context, under the id that the logs have', async () => {
    graph.seen.splice(0);
    await graph.post({ query: '{ echo(text: "a") }' }, { traceparent: 'nonsense' });
    const traceId = received()?.traceId ?? '';
    const spans = await spansOf(traceId);
    expect(find(spans, 'query').parentSpanId).toBeUndefined();
  });

  it('tell whether an answer was kept', async () => {
    const ask = async () => {
      await graph.post({ query: 'query Kept { courses { title } }' }, { traceparent });
      const spans = await spansOf(given.traceId);
      collector.bodies.splice(0);
      const { 'pcc.cache': cache } = attributesOf(find(spans, 'query'));
      return { cache, fetches: spans.filter(({ kind }) => kind === client).length };
    };
    expect(await ask()).toEqual({ cache: 'miss', fetches: 1 });
    expect(await ask()).toEqual({ cache: 'hit', fetches: 0 });
  });

  it('follow the decision of a client that does not sample', async () => {
    graph.seen.splice(0);
    const other = 'f'.repeat(32);
    await graph.post(
      { query: '{ echo(text: "b") }' },
      { traceparent: `00-${other}-${given.spanId}-00` },
    );
    expect(received()?.traceId).toBe(other);
    // What comes later is exported later: when it is here, the first would be too.
    await graph.post({ query: '{ echo(text: "c") }' }, { traceparent });
    await spansOf(given.traceId);
    expect(collector.spans().filter(({ traceId }) => traceId === other)).toEqual([]);
  });

  it('tell what was refused, and what a subgraph failed at', async () => {
    await graph.post({ query: '{ nothing }' }, { traceparent });
    const [refused] = await spansOf(given.traceId);
    expect(refused?.name).toBe('GraphQL Operation');
    expect(attributesOf(refused ?? { attributes: [] })).toMatchObject({
      'http.response.status_code': 200,
      'error.type': 'GRAPHQL_VALIDATION_FAILED',
      'pcc.errors': 1,
    });
    expect(refused?.status.code ?? 0).toBe(0);
    collector.bodies.splice(0);
    await graph.post({ query: '{ fails }' }, { traceparent });
    const failed = find(await spansOf(given.traceId), 'query');
    expect(attributesOf(failed)).toMatchObject({
      'error.type': 'STORE_UNAVAILABLE',
      'http.response.status_code': 200,
    });
  });

  it('of sockets: operations, and each event of a subscription', async () => {
    const { authorization } = await graph.issuer.signIn('ada', 'student');
    const socket = createClient({
      url: graph.socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 0,
    });
    const heard: unknown[] = [];
    try {
      const events = socket.iterate({
        query: 'subscription Notes { noteAdded { text course { title } } }',
      });
      const listening = (async () => {
        for await (const event of events) {
          heard.push(event);
          return;
        }
      })();
      await waitFor(() => graph.store.calls.open > 0);
      await waitFor(async () => {
        await graph.store.add('hello');
        return heard.length > 0;
      });
      await listening;
      for await (const answer of socket.iterate({ query: 'query OnSocket { echo(text: "d") }' })) {
        expect(answer.data).toEqual({ echo: 'd' });
      }
    } finally {
      await socket.dispose();
    }
    const named = (name: string) =>
      collector.spans().filter((span) => attributesOf(span)['graphql.operation.name'] === name);
    await waitFor(() => named('OnSocket').length === 1 && named('Notes').length >= 2);
    const ofTrace = (traceId: string | undefined) =>
      collector
        .spans()
        .filter((span) => span.traceId === traceId)
        .map(({ name }) => name)
        .sort();
    expect(named('Notes').map(({ traceId }) => ofTrace(traceId))).toEqual(
      expect.arrayContaining([
        ['fetch notes', 'plan', 'subscription'],
        ['fetch catalogue', 'fetch notes', 'subscription'],
      ]),
    );
    expect(ofTrace(named('OnSocket')[0]?.traceId)).toEqual(['fetch catalogue', 'plan', 'query']);
  });
});

describe("a trace without a client's", () => {
  it.each([
    { name: "is named as in the log's lines", traceId: 'e'.repeat(32), same: true },
    {
      name: 'has a name of its own where that would not be valid',
      traceId: '0'.repeat(32),
      same: false,
    },
  ])('$name', async ({ traceId, same }) => {
    const { observer, close } = startObserver();
    const observation = observer.begin({ transport: 'http', requestId: 'r', traceId });
    observer.end(observation, { status: 500, body: '' });
    await close();
    const [span] = collector.spans();
    expect(span?.traceId === traceId).toBe(same);
    expect(span?.traceId).not.toBe('0'.repeat(32));
    expect(span?.status.code).toBe(2);
  });
});

describe('the trace context of a fetch', () => {
  it('names its own span as the parent, and replaces whatever was there', async () => {
    const { observer, close } = startObserver();
    const observation = observer.begin({
      transport: 'http',
      requestId: 'r',
      traceId: given.traceId,
      traceparent,
      tracestate: 'vendor=1,not valid,other=2',
    });
    const sent: Readonly<Record<string, string>>[] = [];
    const own = { traceparent: 'ours', 'x-pcc-viewer': 'v' };
    for (const subgraph of ['one', 'two']) {
      await observeFetch(observation, subgraph, own, async (headers) => {
        sent.push(headers);
        return { status: 200 };
      });
    }
    observer.end(observation, { status: 200, body: '' });
    await close();
    const spans = await spansOf(given.traceId);
    expect(sent).toEqual(
      ['one', 'two'].map((subgraph) => ({
        traceparent: `00-${given.traceId}-${find(spans, `fetch ${subgraph}`).spanId}-01`,
        tracestate: 'vendor=1,other=2',
        'x-pcc-viewer': 'v',
      })),
    );
  });
});

describe('a collector that does not answer', () => {
  it('costs no answer, and does not keep the router from stopping', async () => {
    const open = new Set<Socket>();
    const silent = createServer(() => undefined);
    silent.on('connection', (socket: Socket) => open.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
    // Longer than any test may take.
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '3600000');
    const other = await startPlatformGraph({ tracing: true });
    const { data } = await other.post({ query: '{ echo(text: "x") }' });
    expect(data).toEqual({ echo: 'x' });
    await waitFor(() => open.size > 0);
    await other.close();
    await new Promise((resolve) => silent.close(resolve).closeAllConnections());
  });
});
