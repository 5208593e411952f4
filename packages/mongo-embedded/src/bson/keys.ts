import { emptyArray, isArrayIndex, ownField } from './paths.js';
import type { Document } from './types.js';
import { isDocument } from './types.js';

/** What an index or a sort sees of a document: a tuple of values, one per path, for each entry it makes. */
export interface KeyTuples {
  readonly tuples: readonly (readonly unknown[])[];
  /** An array was met, so there may be several tuples. */
  readonly array: boolean;
}

type Path = readonly string[];

const throughArray = Symbol('an array is on the way');

/**
 * The values at several paths, as MongoDB makes index keys: one array at most is spread, in step for all the
 * paths through it. A missing field is undefined; an array without elements is `emptyArray`.
 *
 * @param parallel what to throw when the paths lead through different arrays
 */
export function keyTuples(
  document: Document,
  paths: readonly Path[],
  parallel: () => Error,
): KeyTuples {
  const single: unknown[] = [];
  for (const path of paths) {
    const value = plainValue(document, path);
    if (value === throughArray) {
      const ways = paths.map((parts) => ({ value: document, parts, final: false }));
      return { tuples: spread(ways, parallel), array: true };
    }
    single.push(value);
  }
  return { tuples: [single], array: false };
}

function plainValue(document: Document, path: Path): unknown {
  let value: unknown = document;
  for (const part of path) {
    if (!isDocument(value)) return Array.isArray(value) ? throughArray : undefined;
    value = ownField(value, part);
  }
  return Array.isArray(value) ? throughArray : value;
}

/** How far one path was followed. */
interface Way {
  value: unknown;
  parts: Path;
  /** The value is the key, even if it is an array: an element of an array is not spread again. */
  final: boolean;
}

const ending = (value: unknown): Way => ({ value, parts: [], final: true });

function spread(ways: readonly Way[], parallel: () => Error): unknown[][] {
  const walked = ways.map(walk);
  const arrays = new Set(walked.flatMap(({ value, final }) => (final ? [] : [value])));
  if (arrays.size > 1) throw parallel();
  const [array] = arrays;
  if (!Array.isArray(array)) return [walked.map(({ value }) => value)];
  const elements: readonly unknown[] = array.length === 0 ? [emptyArray] : array;
  return elements.flatMap((element) =>
    spread(
      walked.map((way) => (way.final ? way : enter(way, array, element))),
      parallel,
    ),
  );
}

/** Down to the end of the path, which is final, or to an array. */
function walk({ value, parts, final }: Way): Way {
  if (final) return { value, parts, final };
  let at = 0;
  for (; at < parts.length && !Array.isArray(value); at++) {
    if (!isDocument(value)) return ending(undefined);
    value = ownField(value, parts[at] ?? '');
  }
  return Array.isArray(value) ? { value, parts: parts.slice(at), final } : ending(value);
}

function enter({ parts }: Way, array: readonly unknown[], element: unknown): Way {
  const [part, ...rest] = parts;
  if (part === undefined) return ending(element);
  if (isArrayIndex(part) && Number(part) < array.length) {
    const item = array[Number(part)];
    return rest.length === 0 ? ending(item) : { value: item, parts: rest, final: false };
  }
  // Only documents have fields: everything else in the array counts as without them.
  return isDocument(element) ? { value: element, parts, final: false } : ending(undefined);
}
