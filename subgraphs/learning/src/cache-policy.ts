import type { GraphQLResolveInfo } from 'graphql';

interface CacheControl {
  readonly cacheHint: { restrict(hint: { maxAge: number; scope: 'PRIVATE' }): void };
}

/**
 * Keeps an answer out of shared caches although its type is public: it holds something that only this
 * viewer may see, or that nobody sees yet.
 */
export function neverCache(info: GraphQLResolveInfo): void {
  // Apollo's plugin adds it; subscriptions and tests run without the plugin.
  const { cacheControl } = info as unknown as { cacheControl?: CacheControl };
  cacheControl?.cacheHint.restrict({ maxAge: 0, scope: 'PRIVATE' });
}
