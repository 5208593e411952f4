import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, errorMessage } from './errors.js';
import { checkReadiness, type StoreCheck } from './health.js';
import type { Closable } from './lifecycle.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { requestIdentity, requestIdHeader, type RequestIdentity } from './request-context.js';

/** What a route gets beside Node's own request and response. */
export interface RouteContext {
  readonly identity: RequestIdentity;
  /** Carries the request and trace id on every line. */
  readonly log: Logger;
  readonly url: URL;
}

export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RouteContext,
) => Promise<void> | void;

export interface HttpServerOptions {
  readonly port: number;
  readonly host: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** By path. A path that ends with `/*` takes everything below it. */
  readonly routes: Readonly<Record<string, Route>>;
  /** What `/ready` asks, by name. */
  readonly stores: readonly StoreCheck[];
  /** A connection on which nothing moves for so long is closed, such as one whose client does not read its answer. */
  readonly idleTimeoutMs?: number;
}

export interface RunningHttpServer extends Closable {
  readonly port: number;
  /** For what listens to upgrades, such as WebSockets. */
  readonly server: Server;
}

const drainMs = 5_000;
/** Longer than any request may take. WebSockets have a rule of their own. */
const defaultIdleTimeoutMs = 120_000;

/**
 * Starts an HTTP server with `/health` (the process lives), `/ready` (each store by name) and `/metrics`.
 * `close` drains: `/ready` turns 503, no new connection is taken, requests under way get 5 s.
 * @throws the system's EADDRINUSE or EACCES when the port is not to be had
 */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  const { logger, metrics } = options;
  let draining = false;
  const routes: Record<string, Route> = {
    '/health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    '/ready': async (_request, response) => {
      const report = await checkReadiness(options.stores);
      const ready = report.ready && !draining;
      sendJson(response, ready ? 200 : 503, { ...report, ready, draining });
    },
    '/metrics': async (_request, response) => {
      response.setHeader('content-type', metrics.registry.contentType);
      response.end(await metrics.registry.metrics());
    },
    ...options.routes,
  };
  const findRoute = routeFinder(routes);

  const server = createServer((request, response) => {
    const stopTimer = metrics.httpDuration.startTimer();
    const identity = requestIdentity((name) => headerOf(request, name));
    response.setHeader(requestIdHeader, identity.requestId);
    if (draining) response.setHeader('connection', 'close');
    const url = urlOf(request);
    const found = findRoute(url.pathname);
    response.once('close', () => {
      stopTimer({ method: request.method ?? '', route: found.name, status: response.statusCode });
      // A connection that was busy when draining began becomes idle only after this.
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    void run(found.route, request, response, contextOf(identity, url, logger));
  });
  // Slow senders must not hold sockets: headers within 10 s, the whole request within 60 s.
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 65_000;
  server.timeout = options.idleTimeoutMs ?? defaultIdleTimeoutMs;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: () => {
      draining = true;
      return drain(server);
    },
  };
}

/** Most requests log nothing, and a logger of one's own costs more than the rest of this file. */
function contextOf(identity: RequestIdentity, url: URL, logger: Logger): RouteContext {
  let log: Logger | undefined;
  return {
    identity,
    url,
    get log() {
      const { requestId, traceId } = identity;
      return (log ??= logger.child({ requestId, traceId }));
    },
  };
}

function routeFinder(routes: Readonly<Record<string, Route>>) {
  const prefixes = Object.keys(routes).filter((path) => path.endsWith('/*'));
  return (path: string): { name: string; route: Route } => {
    const exact = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (exact !== undefined) return { name: path, route: exact };
    const prefix = prefixes.find((candidate) => path.startsWith(candidate.slice(0, -1)));
    const route = prefix === undefined ? undefined : routes[prefix];
    // One name for everything unknown, or a scanner would fill the metrics with labels.
    return prefix !== undefined && route !== undefined
      ? { name: prefix, route }
      : { name: 'unknown', route: notFound };
  };
}

const notFound: Route = (_request, response) => sendError(response, new AppError('NOT_FOUND'));

async function run(
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  context: RouteContext,
): Promise<void> {
  try {
    await route(request, response, context);
  } catch (error) {
    if (response.headersSent) {
      context.log.error({ err: error }, 'failed after the answer had begun');
      response.destroy();
      return;
    }
    if (!(error instanceof AppError)) {
      context.log.error({ err: error }, `request failed: ${errorMessage(error)}`);
    }
    sendError(response, error, context.identity.requestId);
  }
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}

function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  // A hostile target such as `//[` must not throw in the server's own callback.
  return URL.canParse(target, 'http://localhost')
    ? new URL(target, 'http://localhost')
    : new URL('http://localhost/');
}

/** A request header as one string. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

/** Answers with a GraphQL-shaped error; what is not an `AppError` shows only the request id. */
export function sendError(response: ServerResponse, error: unknown, requestId?: string): void {
  const shown = error instanceof AppError ? error : new AppError('INTERNAL_SERVER_ERROR');
  sendJson(response, shown.status, {
    errors: [
      {
        message: shown.message,
        extensions: {
          code: shown.code,
          ...shown.extensions,
          ...(requestId !== undefined && shown !== error ? { requestId } : {}),
        },
      },
    ],
  });
}

/**
 * Collects a request body.
 * @throws AppError PAYLOAD_TOO_LARGE beyond `limitBytes` (the rest is not kept), BAD_USER_INPUT when it breaks off
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new AppError('PAYLOAD_TOO_LARGE', `The body may have ${limitBytes} bytes at most.`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Events, not `for await`: leaving such a loop destroys the socket before the answer is sent.
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => {
      // Every request closes; an error, even one that nobody sees, costs as much as reading a small body.
      if (!request.complete) reject(new AppError('BAD_USER_INPUT', 'The body broke off.'));
    });
  });
}

/** @throws AppError BAD_USER_INPUT when the text is no JSON object */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new AppError('BAD_USER_INPUT', 'The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('BAD_USER_INPUT', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}
