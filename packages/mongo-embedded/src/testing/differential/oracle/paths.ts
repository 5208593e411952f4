import { codes, Refusal } from './refusal.js';
import type { Document } from './values.js';
import { compare, emptyArray, fieldOf, isDocument } from './values.js';

const isIndex = (part: string): boolean => /^\d+$/.test(part);

/** What a predicate on a path looks at: arrays on the way are entered, those at the end given whole. */
export function leavesAt(value: unknown, [part, ...rest]: readonly string[]): unknown[] {
  if (part === undefined) return [value];
  if (isDocument(value)) return leavesAt(fieldOf(value, part), rest);
  if (!Array.isArray(value)) return [undefined];
  const at =
    isIndex(part) && Number(part) < value.length ? leavesAt(value[Number(part)], rest) : [];
  return [...at, ...value.filter(isDocument).flatMap((item) => leavesAt(item, [part, ...rest]))];
}

/** The way that is left to a key: from a value down a path. */
interface Way {
  readonly value: unknown;
  readonly parts: readonly string[];
  /** It is the key, even if it is an array: an element is not spread again. */
  readonly final?: true;
}

/**
 * The keys of a document in a compound index or under a sort. At most one array is spread, in step for all
 * paths through it. @throws Refusal 171 when there are two
 */
export function keysAt(document: Document, paths: readonly string[]): unknown[][] {
  return spread(paths.map((path) => ({ value: document, parts: path.split('.') })));
}

function spread(ways: readonly Way[]): unknown[][] {
  const walked = ways.map(walk);
  const arrays = new Set(walked.filter((way) => !way.final).map(({ value }) => value));
  const [array, another] = [...arrays].filter((value) => Array.isArray(value)) as unknown[][];
  if (another) throw new Refusal(codes.parallelArrays, 'parallel arrays');
  if (!array) return [walked.map(({ value }) => value)];
  return (array.length === 0 ? [emptyArray] : array).flatMap((element) =>
    spread(
      walked.map((way) => (way.value === array && !way.final ? enter(way, array, element) : way)),
    ),
  );
}

function enter({ parts }: Way, array: readonly unknown[], element: unknown): Way {
  const [part, ...rest] = parts;
  if (part === undefined) return { value: element, parts, final: true };
  if (isIndex(part) && Number(part) < array.length) {
    const item = array[Number(part)];
    return rest.length === 0
      ? { value: item, parts: [], final: true }
      : { value: item, parts: rest };
  }
  // Only documents have fields: everything else in the array counts as without them.
  return isDocument(element) ? { value: element, parts } : { value: undefined, parts: [] };
}

/** Down to a value, or to an array in between. */
function walk(way: Way): Way {
  const [part, ...rest] = way.parts;
  if (part === undefined || way.final || Array.isArray(way.value)) return way;
  if (!isDocument(way.value)) return { value: undefined, parts: [] };
  return walk({ value: fieldOf(way.value, part), parts: rest });
}

export type SortSpec = Readonly<Record<string, 1 | -1>>;

/** A document's key under a sort: its lowest, in the order of the sort. */
export function sortKeyOf(document: Document, sort: SortSpec): unknown[] {
  const keys = keysOrBadValue(document, Object.keys(sort));
  return keys.reduce((best, key) => (compareSortKeys(key, best, sort) < 0 ? key : best));
}

export function compareSortKeys(
  left: readonly unknown[],
  right: readonly unknown[],
  sort: SortSpec,
): number {
  for (const [at, direction] of Object.values(sort).entries()) {
    const order = compare(left[at], right[at]) * direction;
    if (order !== 0) return order;
  }
  return 0;
}

function keysOrBadValue(document: Document, paths: readonly string[]): unknown[][] {
  try {
    return keysAt(document, paths);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(codes.badValue, 'a sort over parallel arrays');
    throw error;
  }
}
