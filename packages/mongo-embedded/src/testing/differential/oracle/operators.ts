import { Int32 } from 'mongodb';
import type { BsonNumber } from './numbers.js';
import { calculate, isNumber, toDouble } from './numbers.js';
import { elementMatches } from './filter.js';
import { compareSortKeys, type SortSpec } from './paths.js';
import { codes, Refusal } from './refusal.js';
import type { Document } from './values.js';
import { compare, equal, fieldOf, isDocument } from './values.js';

type Container = Document | unknown[];
type Path = readonly string[];

const isIndex = (part: string): boolean => /^\d+$/.test(part);

function child(container: Container, part: string): unknown {
  if (!Array.isArray(container)) return fieldOf(container, part);
  return isIndex(part) ? container[Number(part)] : undefined;
}

function put(container: Container, part: string, value: unknown): void {
  if (!Array.isArray(container)) {
    container[part] = value;
    return;
  }
  if (!isIndex(part)) throw new Refusal(codes.pathNotViable, `${part} in an array`);
  while (container.length < Number(part)) container.push(null);
  container[Number(part)] = value;
}

/** The container of a path's last part. What is missing is made, or the answer is undefined. */
function parentOf(document: Document, path: Path, make: boolean): Container | undefined {
  let container: Container = document;
  for (const part of path.slice(0, -1)) {
    let next = child(container, part);
    if (Array.isArray(container) && !isIndex(part)) throw new Refusal(codes.pathNotViable, part);
    if (next === undefined) {
      if (!make) return undefined;
      next = {};
      put(container, part, next);
    }
    if (!Array.isArray(next) && !isDocument(next)) throw new Refusal(codes.pathNotViable, part);
    container = next as Container;
  }
  const last = path.at(-1) ?? '';
  if (Array.isArray(container) && !isIndex(last)) throw new Refusal(codes.pathNotViable, last);
  return container;
}

/** An operator that makes what is missing. `compute` answers the new value. */
const making =
  (compute: (current: unknown, operand: unknown) => unknown): Operator =>
  (document, path, operand) => {
    const last = path.at(-1) ?? '';
    const existing = parentOf(document, path, false);
    // First, since nothing must be made when the operator refuses.
    const value = compute(existing && child(existing, last), operand);
    put(parentOf(document, path, true) ?? document, last, value);
  };

/** An operator on an array, which leaves alone what is missing. */
const onArray =
  (code: number, change: (array: unknown[], operand: unknown) => unknown[]): Operator =>
  (document, path, operand) => {
    const parent = parentOf(document, path, false);
    const array = parent && child(parent, path.at(-1) ?? '');
    if (!parent || array === undefined) return;
    if (!Array.isArray(array)) throw new Refusal(code, 'not an array');
    put(parent, path.at(-1) ?? '', change(array, operand));
  };

type Operator = (document: Document, path: Path, operand: unknown) => void;

const arithmetic = (kind: 'add' | 'multiply'): Operator =>
  making((current, operand) => {
    if (current === undefined)
      return kind === 'add' ? operand : calculate(kind, operand as BsonNumber, new Int32(0));
    if (!isNumber(current)) throw new Refusal(codes.typeMismatch, 'not a number');
    return calculate(kind, operand as BsonNumber, current);
  });

const extreme = (sign: 1 | -1): Operator =>
  making((current, operand) =>
    current === undefined || compare(operand, current) * sign < 0 ? operand : current,
  );

const arrayOrNew = (current: unknown): unknown[] => {
  if (current === undefined) return [];
  if (!Array.isArray(current)) throw new Refusal(codes.badValue, 'not an array');
  return [...(current as unknown[])];
};

const eachOf = (operand: unknown): unknown[] =>
  isDocument(operand) && '$each' in operand ? (operand['$each'] as unknown[]) : [operand];

function push(current: unknown, operand: unknown): unknown[] {
  const array = arrayOrNew(current);
  const modifiers = isDocument(operand) && '$each' in operand ? operand : {};
  const number = (name: string): number | undefined =>
    name in modifiers ? toDouble(modifiers[name] as BsonNumber) : undefined;
  array.splice(number('$position') ?? array.length, 0, ...eachOf(operand));
  const sort = modifiers['$sort'];
  if (isDocument(sort)) {
    // Fields as they are: here an array does not count by its lowest element.
    const keyOf = (item: unknown): unknown[] =>
      Object.keys(sort).map((path) => (isDocument(item) ? fieldOf(item, path) : undefined));
    array.sort((left, right) => compareSortKeys(keyOf(left), keyOf(right), sort as SortSpec));
  } else if (sort !== undefined)
    array.sort((left, right) => compare(left, right) * toDouble(sort as BsonNumber));
  const slice = number('$slice');
  if (slice === undefined) return array;
  return slice >= 0 ? array.slice(0, slice) : array.slice(slice);
}

function addToSet(current: unknown, operand: unknown): unknown[] {
  const array = arrayOrNew(current);
  for (const value of eachOf(operand))
    if (!array.some((item) => equal(item, value))) array.push(value);
  return array;
}

function pullTest(operand: unknown): (item: unknown) => boolean {
  if (isDocument(operand)) return (item) => elementMatches(item, operand, true);
  return (item) => equal(item, operand);
}

const unset: Operator = (document, path) => {
  let parent: Container | undefined;
  try {
    parent = parentOf(document, path, false);
  } catch {
    return; // nothing there
  }
  const last = path.at(-1) ?? '';
  if (!parent || child(parent, last) === undefined) return;
  if (Array.isArray(parent)) parent[Number(last)] = null;
  else delete parent[last];
};

const rename: Operator = (document, path, operand) => {
  const parent = parentOf(document, path, false);
  const value = parent && child(parent, path.at(-1) ?? '');
  if (value === undefined) return;
  const keepEqual = (current: unknown): unknown =>
    current !== undefined && equal(current, value) ? current : value;
  making(keepEqual)(document, (operand as string).split('.'), undefined);
  unset(document, path, undefined);
};

export const operators: Readonly<Record<string, Operator>> = {
  $set: making((_current, operand) => operand),
  $setOnInsert: making((_current, operand) => operand),
  $unset: unset,
  $inc: arithmetic('add'),
  $mul: arithmetic('multiply'),
  $min: extreme(1),
  $max: extreme(-1),
  $rename: rename,
  $push: making(push),
  $addToSet: making(addToSet),
  $pull: onArray(codes.badValue, (array, operand) => {
    const test = pullTest(operand);
    return array.filter((item) => !test(item));
  }),
  $pullAll: onArray(codes.badValue, (array, operand) =>
    array.filter((item) => !(operand as unknown[]).some((value) => equal(item, value))),
  ),
  $pop: onArray(codes.typeMismatch, (array, operand) =>
    toDouble(operand as BsonNumber) < 0 ? array.slice(1) : array.slice(0, -1),
  ),
};
