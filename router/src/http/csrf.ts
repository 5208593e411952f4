import type { IncomingMessage } from 'node:http';
import { AppError, headerOf } from '@pcc/platform';

/** Headers that a page of another origin can only send after a preflight that we would refuse. */
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization'];

/**
 * Refuses requests that any web page could make a visitor's browser send: a link, an image, a form.
 * A POST must be JSON (checked elsewhere), which needs a preflight; a GET from a browser must prove that
 * it had one, or that it comes from our own origin. Programs that are no browser are not concerned:
 * nobody can lure them, and every browser calls itself Mozilla.
 * @throws AppError FORBIDDEN
 */
export function preventCsrf(request: IncomingMessage): void {
  if (request.method === 'POST' || request.method === 'OPTIONS') return;
  const isBrowser =
    /^mozilla\//i.test(headerOf(request, 'user-agent') ?? '') ||
    ['origin', 'referer', 'cookie', 'sec-fetch-site'].some((name) => name in request.headers);
  if (!isBrowser) return;
  if (headerOf(request, 'sec-fetch-site') === 'same-origin') return;
  if (preflightHeaders.some((name) => (headerOf(request, name) ?? '') !== '')) return;
  if (needsPreflight(headerOf(request, 'content-type'))) return;
  throw new AppError(
    'BAD_USER_INPUT',
    'Blocked as a possible cross-site request forgery: send the header "apollo-require-preflight".',
  );
}

const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

const needsPreflight = (contentType: string | undefined): boolean => {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && type !== '' && !simpleTypes.includes(type);
};
