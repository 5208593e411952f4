import type { Document } from './types.js';
import { isDocument, setField } from './types.js';

const digits = /^\d+$/;

export const isArrayIndex = (part: string): boolean => digits.test(part);

/** Own fields only, so that `constructor` or `__proto__` in a path never reaches the prototype. */
export function ownField(document: Document, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}

/**
 * Calls `visit` with every value a dotted path leads to, entering arrays on the way as queries do,
 * until `visit` answers true. A branch that ends early yields `undefined`. Arrays at the end of the
 * path are given as they are; the caller decides about their elements.
 */
export function someAtPath(
  value: unknown,
  parts: readonly string[],
  visit: (value: unknown) => boolean,
  position = 0,
): boolean {
  const part = parts[position];
  if (part === undefined) return visit(value);
  if (Array.isArray(value)) {
    if (isArrayIndex(part) && Number(part) < value.length) {
      if (someAtPath(value[Number(part)], parts, visit, position + 1)) return true;
    }
    return value.some((item) => isDocument(item) && someAtPath(item, parts, visit, position));
  }
  if (!isDocument(value)) return visit(undefined);
  return someAtPath(ownField(value, part), parts, visit, position + 1);
}

/** What an index or a sort sees at a path: every element of the arrays met, and whether one was. */
export function valuesAtPath(
  document: Document,
  parts: readonly string[],
): { values: unknown[]; array: boolean } {
  const first = parts.length === 1 ? ownField(document, parts[0] ?? '') : undefined;
  if (parts.length === 1 && !Array.isArray(first)) return { values: [first], array: false };
  const values: unknown[] = [];
  let array = false;
  const walk = (value: unknown, position: number): void => {
    const part = parts[position];
    if (part === undefined) {
      if (!Array.isArray(value)) values.push(value);
      else {
        array = true;
        if (value.length === 0) values.push(emptyArray);
        else for (const item of value) values.push(item);
      }
      return;
    }
    if (Array.isArray(value)) {
      if (isArrayIndex(part) && Number(part) < value.length)
        return walk(value[Number(part)], position + 1);
      array = true;
      for (const item of value) if (isDocument(item)) walk(item, position);
      return;
    }
    walk(isDocument(value) ? ownField(value, part) : undefined, position + 1);
  };
  walk(document, 0);
  if (values.length === 0) values.push(undefined);
  return { values, array };
}

/** Stands for "an array without elements" among the values of a path. */
export const emptyArray: unique symbol = Symbol('empty array');

/** The value at a concrete path (array parts by index), or undefined. */
export function getPath(root: unknown, parts: readonly string[]): unknown {
  let value = root;
  for (const part of parts) {
    if (Array.isArray(value)) value = isArrayIndex(part) ? value[Number(part)] : undefined;
    else if (isDocument(value)) value = ownField(value, part);
    else return undefined;
  }
  return value;
}

/** Builds nested documents for `a.b.c`, as an upsert does from its equality conditions. */
export function setNested(target: Document, parts: readonly string[], value: unknown): void {
  let current = target;
  for (const part of parts.slice(0, -1)) {
    const next = ownField(current, part);
    if (isDocument(next)) current = next;
    else {
      const created: Document = {};
      setField(current, part, created);
      current = created;
    }
  }
  setField(current, parts.at(-1) ?? '', value);
}
