/**
 * For how many seconds anyone may keep an answer with this `Cache-Control`. No header, `private` and
 * `no-store` mean 0: what is not declared public is not shared.
 */
export function maxAgeOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (!directives.includes('public')) return 0;
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0;
  const maxAge = directives.find((directive) => directive.startsWith('max-age='));
  const seconds = Number(maxAge?.slice('max-age='.length));
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 0;
}
