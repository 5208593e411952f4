import { CommandError } from '../errors.js';
import { getPath, isArrayIndex, ownField } from '../bson/paths.js';
import { show } from '../bson/show.js';
import type { Document } from '../bson/types.js';
import { isDocument, setField } from '../bson/types.js';

/** A place in a document that an update operator reads and writes. */
export interface Place {
  get(): unknown;
  set(value: unknown): void;
  /** Removes the field; an array element becomes null. */
  unset(): void;
  /** Throws when a scalar or an array is in the way, so that the place could not be made either. */
  checkViable(): void;
  /** Whether an array is on the way to it. */
  inArray(): boolean;
}

const maxPadding = 1_500_000;

/**
 * Finds the place a concrete path names. Missing parents are created by `set` only; a scalar in the
 * way is an error for `set` and simply "nothing there" for the others.
 */
export function placeAt(document: Document, parts: readonly string[]): Place {
  return {
    get() {
      const parent = walk(document, parts, false);
      const name = parts.at(-1) ?? '';
      if (Array.isArray(parent)) return isArrayIndex(name) ? parent[Number(name)] : undefined;
      return parent ? ownField(parent, name) : undefined;
    },
    set(value) {
      const parent = walk(document, parts, true);
      const name = parts.at(-1) ?? '';
      if (Array.isArray(parent)) setElement(parent, name, value);
      else if (parent) setField(parent, name, value);
    },
    unset() {
      const parent = walk(document, parts, false);
      const name = parts.at(-1) ?? '';
      if (Array.isArray(parent)) {
        if (isArrayIndex(name) && Number(name) < parent.length) parent[Number(name)] = null;
      } else if (parent && Object.hasOwn(parent, name)) delete parent[name];
    },
    checkViable() {
      for (const { container, part } of steps(document, parts)) {
        const leads = Array.isArray(container) ? isArrayIndex(part) : isDocument(container);
        if (!leads) throw notViable(part, parts, container);
      }
    },
    inArray: () => [...steps(document, parts)].some(({ container }) => Array.isArray(container)),
  };
}

/** Every value on the way that exists, with the part of the path that leads on from it. */
function* steps(
  document: Document,
  parts: readonly string[],
): Generator<{ container: unknown; part: string }> {
  let container: unknown = document;
  for (const [at, part] of parts.entries()) {
    if (container === undefined) return;
    yield { container, part };
    container = getPath(document, parts.slice(0, at + 1));
  }
}

function walk(
  document: Document,
  parts: readonly string[],
  create: boolean,
): Document | unknown[] | undefined {
  let current: Document | unknown[] = document;
  for (const part of parts.slice(0, -1)) {
    let next: unknown;
    if (Array.isArray(current)) next = isArrayIndex(part) ? current[Number(part)] : undefined;
    else next = ownField(current, part);
    if (next === undefined && create) {
      next = {};
      if (Array.isArray(current)) setElement(current, part, next);
      else setField(current, part, next);
    }
    if (!isDocument(next) && !Array.isArray(next)) {
      if (create) throw notViable(part, parts, next);
      return undefined;
    }
    current = next as Document | unknown[];
  }
  return current;
}

function setElement(array: unknown[], part: string, value: unknown): void {
  if (!isArrayIndex(part)) throw notViable(part, [part], array);
  const at = Number(part);
  if (at > array.length + maxPadding) throw notViable(part, [part], array);
  while (array.length < at) array.push(null);
  array[at] = value;
}

function notViable(part: string, parts: readonly string[], value: unknown): CommandError {
  const shown = Array.isArray(value) ? 'an array' : show(value);
  return new CommandError(
    'PathNotViable',
    `Cannot create field '${parts.at(-1) ?? part}' in element {${part}: ${shown}}`,
  );
}
