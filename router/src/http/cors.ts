import type { IncomingMessage, ServerResponse } from 'node:http';
import { headerOf } from '@pcc/platform';

const allowedHeaders = [
  'accept',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'authorization',
  'content-type',
  'if-none-match',
  'traceparent',
  'tracestate',
  'x-apollo-operation-name',
  'x-pcc-explain',
  'x-request-id',
];
const exposedHeaders = 'age, cache-control, etag, retry-after, x-request-id';
const preflightSeconds = '600';

/**
 * Adds CORS headers for allowed origins and answers preflights.
 * No credentials are allowed: identity is a header that a page must set, never a cookie.
 * @param corsOrigins such as `https://app.example`; `*` allows all
 * @param forwardHeaders more headers that a page may send
 * @returns whether the request was a preflight and is answered
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  {
    corsOrigins,
    forwardHeaders,
  }: { readonly corsOrigins: readonly string[]; readonly forwardHeaders: readonly string[] },
): boolean {
  response.appendHeader('vary', 'Origin');
  const origin = headerOf(request, 'origin');
  if (origin === undefined) return false;
  const isAllowed = corsOrigins.includes('*') || corsOrigins.includes(origin);
  if (isAllowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', exposedHeaders);
  }
  const isPreflight =
    request.method === 'OPTIONS' &&
    headerOf(request, 'access-control-request-method') !== undefined;
  if (!isPreflight) return false;
  if (isAllowed) {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    const headers = [...allowedHeaders, ...forwardHeaders].join(', ');
    response.setHeader('access-control-allow-headers', headers);
    response.setHeader('access-control-max-age', preflightSeconds);
  }
  response.statusCode = 204;
  response.end();
  return true;
}
