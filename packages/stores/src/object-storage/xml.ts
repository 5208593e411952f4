const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const characters = new Map(Object.entries(entities).map(([character, name]) => [name, character]));

export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

export const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|\w+);/g, (whole, decimal?: string, hex?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return characters.get(whole) ?? whole;
  });

/** A tree to be written: text, or elements, of which those that are undefined are left out. */
export type XmlContent = string | number | boolean | readonly XmlElement[];
export type XmlElement = readonly [name: string, content: XmlContent | undefined];

/** A document as S3 writes it. */
export const xmlDocument = (root: string, content: readonly XmlElement[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${render(content)}</${root}>`;

function render(content: XmlContent): string {
  if (typeof content !== 'object') return escapeXml(String(content));
  return content
    .map(([name, inner]) => (inner === undefined ? '' : `<${name}>${render(inner)}</${name}>`))
    .join('');
}
