import type { GraphQLResolveInfo } from 'graphql';

interface CacheControl {
  readonly cacheHint: { restrict(hint: { maxAge?: number; scope?: 'PRIVATE' }): void };
}

const restrict = (info: GraphQLResolveInfo, hint: { maxAge?: number; scope?: 'PRIVATE' }) => {
  // Apollo's plugin adds it; subscriptions and tests run without the plugin.
  const { cacheControl } = info as unknown as { cacheControl?: CacheControl };
  cacheControl?.cacheHint.restrict(hint);
};

/**
 * Keeps an answer out of shared caches although its type is public: it holds something that only this
 * viewer may see, or that nobody sees yet.
 */
export function neverCache(info: GraphQLResolveInfo): void {
  restrict(info, { maxAge: 0, scope: 'PRIVATE' });
}

/** Keeps an answer no longer than what it holds is true. @param seconds null when there is no end */
export function cacheAtMost(seconds: number | null, info: GraphQLResolveInfo): void {
  if (seconds !== null) restrict(info, { maxAge: Math.max(0, Math.floor(seconds)) });
}
