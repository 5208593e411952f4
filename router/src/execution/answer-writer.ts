import type { FieldNode, GraphQLFormattedError } from 'graphql';
import type { Execution } from './execution.js';
import { getOwn, isObject, type JsonObject } from './json.js';
import { withShownNames } from './own-names.js';

/** An operation's answer, half of it already text: what subgraphs brought is read once and never copied. */
export interface WrittenAnswer {
  /** JSON text of `data`: an object, or `null`. */
  readonly data: string;
  readonly errors: readonly GraphQLFormattedError[];
}

/**
 * Writes one value as JSON text.
 * @param depth how many keys of `writing.path` lead to the value
 * @returns `null` where the answer has a null: the value was none, or unusable
 */
export type ValueWriter = (value: unknown, writing: Writing, depth: number) => string | null;

/** Writes a value that comes from the router itself; otherwise like a `ValueWriter`. */
export type ValueOf = (writing: Writing, depth: number) => string | null;

/** What a client selected in objects of one type, ready to write. */
export interface ObjectWriter {
  readonly fields: readonly FieldWriter[];
}

export interface FieldWriter {
  /** Where the value stands in what the fetches brought. */
  readonly key: string;
  /** The name in the answer. */
  readonly shown: string;
  /** `{"key":` for the first field, `,"key":` for the others. */
  readonly label: string;
  /** Whether an object's prototype has a property of this name: then only an own one counts. */
  readonly isOnPrototype: boolean;
  /** The same text for every object: `__typename` of a known type. `null` when there is none to give. */
  readonly constant: string | null | undefined;
  /** Written in place of what the fetches brought: introspection, and what the viewer may not see. */
  readonly instead: ValueOf | undefined;
  readonly write: ValueWriter;
  readonly nonNull: boolean;
  /** For messages: `Course.title`. */
  readonly name: string;
}

/** The state of one answer while it is written. */
export interface Writing {
  readonly execution: Execution;
  readonly errors: GraphQLFormattedError[];
  readonly introspect: (node: FieldNode) => unknown;
  /** Keys and indices from the root; what stands beyond the current depth is old. */
  readonly path: (string | number)[];
  complaints: number;
  /** How often each field that the viewer may not see has shown its error. */
  refusals?: Map<string, number>;
}

/** One failed fetch, or a list full of wrong values, tells no more with 1,000 errors than with these. */
const maximumShownPerFailure = 50;
const maximumComplaints = 50;

/**
 * Writes the answer out of what the fetches brought: only what was selected, in the order of selection,
 * with nulls propagated as the GraphQL specification (section 6.4.4) says and an error behind each.
 *
 * @param introspect answers a `__schema` or `__type` field
 */
export function writeAnswer(
  root: ObjectWriter,
  execution: Execution,
  introspect: (node: FieldNode) => unknown,
): WrittenAnswer {
  const errors = execution.errors.map(withShownNames);
  const writing: Writing = { execution, errors, introspect, path: [], complaints: 0 };
  const data = writeObject(root, execution.data, writing, 0);
  for (const { error, shown } of execution.failures) if (shown === 0) errors.push(error);
  return { data: data ?? 'null', errors };
}

/** @returns `null` when a field that must not be null is */
export function writeObject(
  { fields }: ObjectWriter,
  source: JsonObject,
  writing: Writing,
  depth: number,
): string | null {
  let text = fields.length === 0 ? '{' : '';
  // The hottest loop of the router: an index, no iterator, no allocation but the text.
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] as FieldWriter;
    const value = writeField(field, source, writing, depth);
    if (value === null && (field.nonNull || field.constant === null)) return null;
    text += field.label;
    text += value ?? 'null';
  }
  return `${text}}`;
}

function writeField(
  field: FieldWriter,
  source: JsonObject,
  writing: Writing,
  depth: number,
): string | null {
  if (field.constant !== undefined) return field.constant;
  const { key } = field;
  writing.path[depth] = field.shown;
  if (field.instead !== undefined) return field.instead(writing, depth + 1);
  const value = field.isOnPrototype ? getOwn(source, key) : source[key];
  if (value === undefined) showFailure(source, writing, depth + 1);
  const text =
    value === null || value === undefined ? null : field.write(value, writing, depth + 1);
  if (text === null && field.nonNull) complainOfNull(field.name, writing, depth + 1);
  return text;
}

/** @param item writes one item; @param nonNull whether items must not be null; @param name for messages */
export const listWriter =
  (item: ValueWriter, nonNull: boolean, name: string): ValueWriter =>
  (value, writing, depth) => {
    if (!Array.isArray(value)) return unusable(name, writing, depth);
    let text = '[';
    for (let index = 0; index < value.length; index++) {
      const member: unknown = value[index];
      writing.path[depth] = index;
      const written =
        member === null || member === undefined ? null : item(member, writing, depth + 1);
      if (written === null && nonNull) {
        writing.path[depth] = index;
        complainOfNull(name, writing, depth + 1);
        return null;
      }
      if (index > 0) text += ',';
      text += written ?? 'null';
    }
    return `${text}]`;
  };

/** @param writerOf the writer for an object's type; `undefined` for a type that the API does not have */
export const objectWriter =
  (
    declared: string,
    writerOf: (typeName: string) => ObjectWriter | undefined,
    name: string,
  ): ValueWriter =>
  (value, writing, depth) => {
    if (!isObject(value)) return unusable(name, writing, depth);
    const typeName = value['__typename'] ?? declared;
    const writer = typeof typeName === 'string' ? writerOf(typeName) : undefined;
    return writer === undefined
      ? unusable(name, writing, depth)
      : writeObject(writer, value, writing, depth);
  };

/** @param toText the value as JSON, or `null` when it contradicts its type */
export const leafWriter =
  (toText: (value: unknown) => string | null, name: string): ValueWriter =>
  (value, writing, depth) =>
    toText(value) ?? unusable(name, writing, depth);

function unusable(name: string, writing: Writing, depth: number): null {
  complain(`Invalid value found for field ${name}.`, writing, depth);
  return null;
}

const complainOfNull = (name: string, writing: Writing, depth: number) =>
  complain(`Cannot return null for non-nullable field ${name}.`, writing, depth);

/** Shows the failure of the fetch that should have brought this field. */
function showFailure(
  source: JsonObject,
  { execution, errors, path }: Writing,
  depth: number,
): void {
  const failure = execution.failureOf.get(source);
  if (failure === undefined || failure.shown >= maximumShownPerFailure) return;
  failure.shown++;
  errors.push({ ...failure.error, path: path.slice(0, depth) });
}

/** Adds an error of our own, unless one already explains the same null. */
function complain(message: string, writing: Writing, depth: number): void {
  if (writing.complaints >= maximumComplaints) return;
  const place = writing.path.slice(0, depth);
  const explained = ({ path }: GraphQLFormattedError) => path !== undefined && overlap(path, place);
  if (writing.errors.some(explained)) return;
  writing.complaints++;
  writing.errors.push({ message, path: place, extensions: { code: 'INVALID_GRAPHQL' } });
}

/** Whether one path is the beginning of the other. */
function overlap(one: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return false;
  return true;
}
