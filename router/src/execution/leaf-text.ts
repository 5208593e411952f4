import { isEnumType, type GraphQLLeafType } from 'graphql';

/** Control characters, and surrogates that stand alone: what JSON escapes. */
const needsEscape = /["\\\p{Cc}\p{Cs}]/u;

/** A look for what must be escaped is twice as quick as the general routine; giants must not be gone through twice. */
const longestToTest = 8_192;

/** A string as JSON text. */
export const quote = (text: string): string =>
  text.length < longestToTest && !needsEscape.test(text) ? `"${text}"` : JSON.stringify(text);

const isInt32 = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs((value as number) + 0.5) <= 2_147_483_647.5;

/** A subgraph may have sent what nests too deep to be written. */
const anyText = (value: unknown): string | null => {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

const stringText = (value: unknown) => (typeof value === 'string' ? quote(value) : null);

/**
 * How a leaf of this type is written. Subgraphs have serialised it already; this only keeps out what
 * contradicts the schema.
 * @returns gives `null` for a value that is none of the type's
 */
export function leafText(type: GraphQLLeafType): (value: unknown) => string | null {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(
      type.getValues().map(({ name }) => [name, JSON.stringify(name)]),
    );
    return (value) => texts.get(value) ?? null;
  }
  switch (type.name) {
    case 'Int':
      return (value) => (isInt32(value) ? String(value) : null);
    case 'Float':
      // JSON has no Infinity, though `1e999` is read as one.
      return (value) => (Number.isFinite(value) ? String(value) : null);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : null);
    case 'String':
      return stringText;
    case 'ID':
      // The stock gateway passes numbers on as they are, and clients rely on what subgraphs send.
      return (value) => stringText(value) ?? (Number.isInteger(value) ? String(value) : null);
    default:
      return anyText;
  }
}
