import { operators } from './operators.js';
import { elementMatches, matches } from './filter.js';
import { leavesAt } from './paths.js';
import { codes, Refusal } from './refusal.js';
import type { Document } from './values.js';
import { equal, isDocument } from './values.js';

export interface UpdateRequest {
  readonly update: Document;
  readonly filter: Document;
  readonly arrayFilters?: readonly Document[] | undefined;
}

/** The new state of a document; the old one is not touched. */
export function updated(document: Document, request: UpdateRequest, inserting = false): Document {
  const { update } = request;
  const result = structuredCopy(document) as Document;
  if (!Object.keys(update).some((key) => key.startsWith('$')))
    return keepId(document, {
      ...('_id' in document ? { _id: document['_id'] } : {}),
      ...(structuredCopy(update) as Document),
    });
  for (const { name, path, operand } of inOrder(update)) {
    if (name === '$setOnInsert' && !inserting) continue;
    for (const target of targets(result, path.split('.'), request))
      operators[name]?.(result, target, operand);
  }
  return keepId(document, result);
}

function keepId(before: Document, after: Document): Document {
  if ('_id' in before && !equal(before['_id'], after['_id']))
    throw new Refusal(codes.immutable, '_id cannot change');
  return after;
}

interface Change {
  name: string;
  path: string;
  operand: unknown;
}

/** Refuses an update that could never be made, whatever the document. */
export function checkUpdate(update: Document): void {
  if (Object.keys(update).some((key) => key.startsWith('$'))) inOrder(update);
}

/** MongoDB works through the paths in order: names by their characters, array positions as numbers. */
function inOrder(update: Document): Change[] {
  const changes = Object.entries(update).flatMap(([name, fields]) =>
    Object.entries(fields as Document).map(([path, operand]): Change => ({ name, path, operand })),
  );
  checkConflicts(
    changes.flatMap(({ name, path, operand }) =>
      name === '$rename' ? [path, operand as string] : [path],
    ),
  );
  const place = ({ name, path, operand }: Change): string[] =>
    (name === '$rename' ? (operand as string) : path).split('.');
  return changes.sort((left, right) => comparePaths(place(left), place(right)));
}

function comparePaths(left: readonly string[], right: readonly string[]): number {
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const numeric = /^\d+$/.test(part) && /^\d+$/.test(other);
    const order = numeric ? Number(part) - Number(other) : part < other ? -1 : part > other ? 1 : 0;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function checkConflicts(paths: readonly string[]): void {
  for (const [at, path] of paths.entries())
    for (const other of paths.slice(at + 1))
      if (`${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`))
        throw new Refusal(codes.conflictingPaths, `${path} and ${other}`);
}

/** The concrete paths that `$`, `$[]` and `$[name]` stand for. */
function targets(document: Document, path: readonly string[], request: UpdateRequest): string[][] {
  const at = path.findIndex((part) => part.startsWith('$'));
  if (at < 0) return [[...path]];
  const before = path.slice(0, at);
  const [array] = leavesAt(document, before);
  const part = path[at] ?? '';
  if (part === '$') {
    const index = matchedIndex(array, before.join('.'), request.filter);
    return targets(document, [...before, String(index), ...path.slice(at + 1)], request);
  }
  if (!Array.isArray(array)) throw new Refusal(codes.badValue, `${before.join('.')} is no array`);
  const name = part.slice(2, -1);
  const filter = request.arrayFilters?.find((one) =>
    Object.keys(one).some((key) => key.split('.')[0] === name),
  );
  return (array as unknown[]).flatMap((element, index) =>
    filter && !matches({ [name]: element }, filter)
      ? []
      : targets(document, [...before, String(index), ...path.slice(at + 1)], request),
  );
}

/** The element that made the filter match: the generator has one condition on the array. */
function matchedIndex(array: unknown, path: string, filter: Document): number {
  const [key = '', operand] =
    Object.entries(filter).find(([name]) => `${name}.`.startsWith(`${path}.`)) ?? [];
  const rest = key.slice(path.length + 1);
  const hits = (element: unknown): boolean => {
    if (rest !== '') return isDocument(element) && matches(element, { [rest]: operand });
    if (isDocument(operand) && '$elemMatch' in operand)
      return elementMatches(element, operand['$elemMatch'] as Document, false);
    return matches({ element }, { element: operand });
  };
  const index = Array.isArray(array) ? array.findIndex(hits) : -1;
  if (index < 0) throw new Refusal(codes.badValue, 'the positional operator found no match');
  return index;
}

/** Copies documents and arrays; other values are never changed in place. */
export function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isDocument(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, structuredCopy(item)]),
  );
}
