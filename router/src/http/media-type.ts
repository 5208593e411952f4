export const graphqlResponseType = 'application/graphql-response+json';
export const jsonType = 'application/json';

export type ResponseType = typeof graphqlResponseType | typeof jsonType;

/**
 * Chooses the answer's media type from `Accept`. Without the header, or with a wildcard, it is
 * `application/json`, which old clients expect.
 * @returns `null` when the client accepts neither type in UTF-8
 */
export function chooseMediaType(accept: string | undefined): ResponseType | null {
  if (accept === undefined || accept.trim() === '') return jsonType;
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map(parseRange)
    .filter(({ quality, isUtf8 }) => quality > 0 && isUtf8)
    .sort((one, other) => other.quality - one.quality);
  for (const { range } of ranges) {
    if (range === graphqlResponseType) return graphqlResponseType;
    if (range === jsonType || range === 'application/*' || range === '*/*') return jsonType;
  }
  return null;
}

function parseRange(text: string): { range: string; quality: number; isUtf8: boolean } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const value = (name: string) =>
    parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(value('q') ?? 1);
  return {
    range,
    quality: Number.isFinite(quality) ? quality : 0,
    isUtf8: /^"?utf-?8"?$/.test(value('charset') ?? 'utf-8'),
  };
}
