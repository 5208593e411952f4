import { CommandError, notImplemented } from '../errors.js';
import { compareKeys } from '../bson/order.js';
import type { Document } from '../bson/types.js';
import { isDocument, isTruthy, toNumber } from '../bson/types.js';

/** What a text index reads of a document. */
export interface TextSpec {
  /** Sorted by path. */
  readonly fields: readonly { readonly parts: readonly string[]; readonly weight: number }[];
  /** The field in which a document may say that it is in another language. */
  readonly languageOverride: string;
}

/** MongoDB keeps a weight below this. */
const maxWeight = 100_000;

export const isTextKey = (key: Document): boolean => Object.values(key).includes('text');

/** The options that only a text index has. */
export const textOptions = [
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
] as const;

const failed = (message: string): CommandError => new CommandError('CannotCreateIndex', message);

/**
 * Checks the description of a text index: as a client gives it (`{ title: 'text' }`), or as it is stored and
 * listed (`{ _fts: 'text', _ftsx: 1 }` and weights).
 */
export function parseTextSpec(description: Document, key: Document): TextSpec {
  const weights = parseWeights(description['weights'], key);
  checkLanguage(description['default_language']);
  const override = description['language_override'] ?? 'language';
  if (typeof override !== 'string' || override === '' || /^\$|\./.test(override))
    throw failed('language_override is not valid');
  const version = description['textIndexVersion'];
  if (version !== undefined && toNumber(version) !== 3)
    throw notImplemented('a text index of another version than 3');
  for (const option of ['unique', 'expireAfterSeconds'])
    if (isTruthy(description[option]))
      throw failed(`Index type 'text' does not support the ${option} option`);
  return {
    languageOverride: override,
    fields: weights.map(([path, weight]) => ({ parts: path.split('.'), weight })),
  };
}

/** As MongoDB lists it. */
export function textDescription({ fields, languageOverride }: TextSpec): Document {
  return {
    key: { _fts: 'text', _ftsx: 1 },
    weights: Object.fromEntries(fields.map(({ parts, weight }) => [parts.join('.'), weight])),
    default_language: 'none',
    language_override: languageOverride,
    textIndexVersion: 3,
  };
}

function parseWeights(weights: unknown, key: Document): [path: string, weight: number][] {
  const found = new Map<string, number>();
  for (const [path, kind] of Object.entries(key)) {
    if (path === '_fts' || path === '_ftsx') continue;
    if (kind !== 'text') throw notImplemented('a text index with other fields beside the texts');
    found.set(path, 1);
  }
  if (weights !== undefined && !isDocument(weights))
    throw failed("text index option 'weights' must be an object");
  for (const [path, value] of Object.entries(weights ?? {})) {
    const weight = toNumber(value);
    if (weight === undefined) throw failed('weight for text index needs numeric type');
    found.set(path, Math.trunc(weight));
  }
  if (found.size === 0) throw failed("text index option 'weights' must specify fields");
  for (const [path, weight] of found) checkWeight(path, weight);
  return [...found].sort(([left], [right]) => compareKeys(left, right));
}

function checkWeight(path: string, weight: number): void {
  if (path === '$**') throw notImplemented('a text index over all fields');
  const parts = path.split('.');
  if (parts.includes('')) throw failed('weight cannot have empty path component');
  if (parts.some((part) => part.startsWith('$')))
    throw failed('weight cannot have path component with $ prefix');
  if (weight <= 0 || weight >= maxWeight)
    throw failed(
      `text index weight must be in the exclusive interval (0,${maxWeight}) but found: ${weight}`,
    );
}

/** MongoDB's default is English: whoever does not say `none` would get other answers there. */
function checkLanguage(language: unknown): void {
  if (language === 'none') return;
  if (language !== undefined && typeof language !== 'string')
    throw failed('default_language needs a string type');
  throw notImplemented(
    `a text index in ${language ?? 'english (the default)'}, with its stems and stop words: set default_language to 'none'; such an index`,
  );
}

/** The texts of a document that the index reads, with their weights. */
export function* textsOf(
  document: Document,
  spec: TextSpec,
): Generator<{ text: string; weight: number }> {
  for (const { parts, weight } of spec.fields)
    for (const text of textsAt(document, parts, spec, false)) yield { text, weight };
}

/** Strings at a path; an array on the way is entered, one inside it is not. */
function* textsAt(
  value: unknown,
  parts: readonly string[],
  spec: TextSpec,
  inArray: boolean,
): Generator<string> {
  if (Array.isArray(value)) {
    if (!inArray) for (const item of value) yield* textsAt(item, parts, spec, true);
    return;
  }
  const [part, ...rest] = parts;
  if (part === undefined) {
    if (typeof value === 'string') yield value;
  } else if (isDocument(value)) {
    checkDocumentLanguage(value, spec.languageOverride);
    if (Object.hasOwn(value, part)) yield* textsAt(value[part], rest, spec, false);
  }
}

function checkDocumentLanguage(document: Document, override: string): void {
  const language = Object.hasOwn(document, override) ? document[override] : undefined;
  if (language === undefined || language === 'none') return;
  if (typeof language !== 'string')
    throw new CommandError(
      'LanguageOverrideType',
      'found language override field in document with non-string type',
    );
  throw notImplemented(
    `a document that is in another language (${override}: '${language}') under a text index: set its language_override to a field that no document has; such a document`,
  );
}
