import { CommandError, badValue, notImplemented, typeMismatch } from '../errors.js';
import { equalValues } from '../bson/order.js';
import { isArrayIndex } from '../bson/paths.js';
import { show } from '../bson/show.js';
import type { Document } from '../bson/types.js';
import { isDocument, isTruthy, toNumber } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import type { TextSpec } from '../text/text-spec.js';
import { isTextKey, parseTextSpec, textDescription, textOptions } from '../text/text-spec.js';

export type Direction = 1 | -1;

export interface IndexField {
  path: string;
  parts: readonly string[];
  direction: Direction;
}

/** An index as `createIndexes` described it, checked. */
export interface IndexSpec {
  name: string;
  fields: readonly IndexField[];
  unique: boolean;
  sparse: boolean;
  partialFilter: Document | undefined;
  expireAfterSeconds: number | undefined;
  /** Given for a text index, which has no fields. */
  text: TextSpec | undefined;
  /** What listIndexes answers and what is stored. */
  description: Document;
}

/** What every kind of index does for the documents of its collection. */
export interface CollectionIndex {
  readonly spec: IndexSpec;
  /** The keys a document has in this index; none when it is outside a sparse or partial index. */
  keysOf(document: Document): string[];
  /** Another record that holds one of the keys, if the index is unique. */
  conflict(keys: readonly string[], isOther: (record: number) => boolean): boolean;
  insert(keys: readonly string[], record: number): void;
  remove(keys: readonly string[], record: number): void;
}

export const idIndexDescription: Document = { v: 2, key: { _id: 1 }, name: '_id_' };

const options = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
  'ns',
  ...textOptions,
]);

/** Checks one entry of `createIndexes`; whatever this server cannot keep its word on is refused. */
export function parseIndexSpec(description: Document): IndexSpec {
  for (const option of Object.keys(description)) {
    if (option === 'hidden' && !isTruthy(description['hidden'])) continue;
    if (['collation', 'hidden', 'wildcardProjection'].includes(option))
      throw notImplemented(`the index option ${option}`);
    if (!options.has(option))
      throw new CommandError(
        'InvalidOptions',
        `The field '${option}' is not valid for an index specification. Specification: ${show(description)}`,
      );
  }
  const { name, key } = description;
  if (typeof name !== 'string' || name === '')
    throw failed("The 'name' field is a required property of an index specification");
  if (!isDocument(key) || Object.keys(key).length === 0)
    throw failed("The 'key' field must be a non-empty document");
  const text = isTextKey(key) ? parseTextSpec(description, key) : undefined;
  const misplaced = text ? undefined : textOptions.find((option) => option in description);
  if (misplaced) throw failed(`the option ${misplaced} is for text indexes only`);
  const fields = text
    ? []
    : Object.entries(key).map(([path, direction]) => parseField(path, direction));
  const unique = name === '_id_' || isTruthy(description['unique']);
  const sparse = isTruthy(description['sparse']);
  const partialFilter = parsePartialFilter(description['partialFilterExpression']);
  if (sparse && partialFilter)
    throw failed('cannot mix "partialFilterExpression" and "sparse" options');
  const expireAfterSeconds = parseExpiry(description, fields);
  return {
    name,
    fields,
    unique,
    sparse,
    partialFilter,
    expireAfterSeconds,
    text,
    description: {
      v: 2,
      key,
      name,
      ...(text ? textDescription(text) : {}),
      ...(unique && name !== '_id_' ? { unique } : {}),
      ...(sparse ? { sparse } : {}),
      ...(partialFilter ? { partialFilterExpression: partialFilter } : {}),
      ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
    },
  };
}

const failed = (message: string): CommandError => new CommandError('CannotCreateIndex', message);

function parseField(path: string, value: unknown): IndexField {
  if (typeof value === 'string') throw notImplemented(`a '${value}' index (on ${path})`);
  const number = toNumber(value);
  if (number === undefined || Number.isNaN(number))
    throw typeMismatch(`Values in v:2 index key pattern must be numbers or strings: ${path}`);
  if (number === 0) throw failed('Values in the index key pattern cannot be 0.');
  const parts = path.split('.');
  if (parts.some((part) => part === '')) throw failed('Index keys cannot contain an empty field.');
  if (parts.includes('$**')) throw notImplemented('a wildcard index');
  if (parts.some(isArrayIndex)) throw notImplemented('an index on an array position');
  if (parts.some((part) => part.startsWith('$')))
    throw failed(`Index key contains an illegal field name: field name starts with '$'.`);
  return { path, parts, direction: number > 0 ? 1 : -1 };
}

function parsePartialFilter(filter: unknown): Document | undefined {
  if (filter === undefined) return undefined;
  if (!isDocument(filter))
    throw typeMismatch("The field 'partialFilterExpression' must be an object");
  // Compiling refuses unknown operators now rather than at the first insert.
  compileFilter(filter);
  return filter;
}

function parseExpiry(description: Document, fields: readonly IndexField[]): number | undefined {
  const value = description['expireAfterSeconds'];
  if (value === undefined) return undefined;
  const seconds = toNumber(value);
  if (seconds === undefined || seconds < 0 || seconds > 0x7fffffff)
    throw failed('TTL index expireAfterSeconds must be a number between 0 and 2147483647');
  if (fields.length !== 1) throw failed('TTL indexes are single-field indexes');
  if (fields[0]?.path === '_id') throw failed('_id cannot have a TTL index');
  return seconds;
}

/** Key patterns are equal when fields, order and directions are. */
export function sameKey(left: IndexSpec, right: IndexSpec): boolean {
  return (
    Boolean(left.text) === Boolean(right.text) &&
    left.fields.length === right.fields.length &&
    left.fields.every(({ path, direction }, at) => {
      const other = right.fields[at];
      return other?.path === path && other.direction === direction;
    })
  );
}

/** Finds the one index that a name or a key pattern (hint, dropIndexes) means. */
export function matchesIndex(spec: IndexSpec, wanted: unknown): boolean {
  if (typeof wanted === 'string') return spec.name === wanted;
  if (!isDocument(wanted)) throw badValue('an index is named by a string or a key pattern');
  if (spec.text) return equalValues(wanted, spec.description['key']);
  const entries = Object.entries(wanted);
  return (
    entries.length === spec.fields.length &&
    spec.fields.every(
      ({ path, direction }, at) =>
        entries[at]?.[0] === path && toNumber(entries[at][1]) === direction,
    )
  );
}
