import type { IncomingMessage } from 'node:http';
import { AppError, errorMessage, headerOf, type Logger } from '@pcc/platform';
import type { RateLimiter } from '@pcc/stores';
import type { RateLimits } from '../config.js';
import type { Identity } from '../identity/identity.js';

/** Counts a request against its sender's limit. @throws AppError RATE_LIMITED with `retryAfterSeconds` */
export type RateLimit = (identity: Identity, address: string) => Promise<void>;

const perSeconds = 1;

/** @param limits requests a second by role; `false` lets everything pass */
export function rateLimit(
  limiter: RateLimiter,
  limits: RateLimits | false,
  logger: Logger,
): RateLimit {
  if (limits === false) return async () => undefined;
  return async ({ viewer }, address) => {
    const key = viewer === null ? `request:address:${address}` : `request:user:${viewer.id}`;
    const points = limits[viewer?.role ?? 'anonymous'];
    const outcome = await limiter.consume(key, { points, perSeconds }).catch((error: unknown) => {
      // Better unlimited for a while than unavailable.
      logger.warn({ reason: errorMessage(error) }, 'rate limits cannot be counted');
      return { allowed: true, retryAfterSeconds: 0 };
    });
    if (outcome.allowed) return;
    throw new AppError('RATE_LIMITED', undefined, {
      retryAfterSeconds: Math.max(1, outcome.retryAfterSeconds),
    });
  };
}

/** The client's address. Behind a trusted proxy it is the last one that the proxy added. */
export function clientAddress(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? headerOf(request, 'x-forwarded-for') : undefined;
  return forwarded?.split(',').at(-1)?.trim() || (request.socket.remoteAddress ?? 'unknown');
}
