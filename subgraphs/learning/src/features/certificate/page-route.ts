import type { ServerResponse } from 'node:http';
import {
  AppError,
  errorMessage,
  headerOf,
  isStoreUnavailable,
  type Logger,
  type Route,
} from '@pcc/platform';
import type { RateLimiter } from '@pcc/stores';
import { certificatePage, languageOf, pagePolicy } from './page.js';
import type { CertificateService } from './service.js';

export interface CertificatePageOptions {
  readonly certificates: CertificateService;
  readonly rateLimiter: RateLimiter;
}

const path = '/certificates/';
/** For one address; codes are too long to be guessed, but each try asks the database. */
const limit = { points: 60, perSeconds: 10 };
/** Short enough for a certificate that is revoked. */
const maxAgeSeconds = 60;

/** `GET /certificates/CODE`: what is printed on a certificate leads here. Public, as `verifyCertificate` is. */
export const certificatePageRoute = (options: CertificatePageOptions): Record<string, Route> => ({
  [`${path}*`]: async (request, response, { url, log }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      throw new AppError('METHOD_NOT_ALLOWED', 'Use GET.');
    }
    const address = request.socket.remoteAddress ?? 'unknown';
    await mustBeWithinLimit(options.rateLimiter, address, response, log);
    const certificate = await options.certificates
      .verify(codeIn(url.pathname))
      .catch((error: unknown) => {
        if (!isStoreUnavailable(error)) throw error;
        throw new AppError('STORE_UNAVAILABLE', undefined, {}, { cause: error });
      });
    const page = certificatePage(certificate, languageOf(headerOf(request, 'accept-language')));
    response.writeHead(certificate === null ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      vary: 'accept-language',
      'content-security-policy': pagePolicy,
      'x-content-type-options': 'nosniff',
      // It names a person to whoever was given the code, and to nobody else.
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    });
    response.end(page);
  },
});

/** What stands behind the path; what cannot be read is no code. */
function codeIn(pathname: string): string {
  try {
    return decodeURIComponent(pathname.slice(path.length));
  } catch {
    return '';
  }
}

/** @throws AppError RATE_LIMITED */
async function mustBeWithinLimit(
  limiter: RateLimiter,
  address: string,
  response: ServerResponse,
  log: Logger,
): Promise<void> {
  const outcome = await limiter
    .consume(`certificate-page:${address}`, limit)
    .catch((error: unknown) => {
      // As at the router: better unlimited for a while than unavailable.
      log.warn({ reason: errorMessage(error) }, 'rate limits cannot be counted');
      return { allowed: true, retryAfterSeconds: 0 };
    });
  if (outcome.allowed) return;
  const retryAfterSeconds = Math.max(1, outcome.retryAfterSeconds);
  response.setHeader('retry-after', String(retryAfterSeconds));
  throw new AppError('RATE_LIMITED', undefined, { retryAfterSeconds });
}
