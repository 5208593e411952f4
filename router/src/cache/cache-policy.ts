/** For how long, and for whom, a subgraph allows its answer to be kept. */
export interface CachePolicy {
  /** `public`: for anyone; `private`: for the viewer who asked. */
  readonly scope: 'public' | 'private';
  /** Seconds; 0 never. */
  readonly maxAge: number;
}

export const neverKept: CachePolicy = { scope: 'private', maxAge: 0 };

/** Seconds for which anyone may keep it. */
export const publicMaxAge = ({ scope, maxAge }: CachePolicy): number =>
  scope === 'public' ? maxAge : 0;

/**
 * What an answer's `Cache-Control` allows. Without a header, and without a word about whom it is for, nothing:
 * what is not declared is not kept.
 */
export function cachePolicyOf(header: string | undefined): CachePolicy {
  if (header === undefined) return neverKept;
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.includes('no-store') || directives.includes('no-cache')) return neverKept;
  const isPrivate = directives.includes('private');
  if (!isPrivate && !directives.includes('public')) return neverKept;
  const maxAge = directives.find((directive) => directive.startsWith('max-age='));
  const seconds = Number(maxAge?.slice('max-age='.length));
  if (!Number.isSafeInteger(seconds) || seconds <= 0) return neverKept;
  return { scope: isPrivate ? 'private' : 'public', maxAge: seconds };
}
