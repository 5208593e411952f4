import { MaxKey, MinKey } from 'bson';
import { bracketOf, compareValues } from '../bson/order.js';
import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import { hasOperators } from '../query/filter.js';
import { isRegex } from '../query/operators.js';

export interface Bound {
  value: unknown;
  inclusive: boolean;
}

/** What a filter surely demands of one path, in the terms an index can answer. */
export interface Predicate {
  /** The path holds one of these values. */
  points?: unknown[];
  low?: Bound;
  high?: Bound;
  /** The filter demands that the field exists (`$exists: true`). */
  present?: boolean;
}

export type Predicates = Map<string, Predicate>;

/**
 * Reads the necessary conditions out of a filter. It may miss some (the matcher checks every
 * candidate again) but never claims one that a matching document could break.
 */
export function predicatesOf(filter: Document): Predicates {
  const found: Predicates = new Map();
  for (const key of Object.keys(filter)) {
    const operand = filter[key];
    if (key === '$and' && Array.isArray(operand)) {
      for (const item of operand as unknown[])
        if (isDocument(item)) mergeAll(found, predicatesOf(item));
    } else if (key === '$or' && Array.isArray(operand)) {
      mergeAll(found, hull((operand as unknown[]).filter(isDocument).map(predicatesOf)));
    } else if (!key.startsWith('$')) {
      const predicate = predicateOf(operand);
      if (predicate) merge(found, key, predicate);
    }
  }
  return found;
}

/** Values that one index entry stands for; arrays and regexes are looked for in other ways. */
const indexable = (value: unknown): boolean =>
  value !== undefined && !Array.isArray(value) && !isRegex(value);

const rangeable = (value: unknown): boolean =>
  indexable(value) &&
  value !== null &&
  !Number.isNaN(value) &&
  !(value instanceof MinKey || value instanceof MaxKey);

function predicateOf(operand: unknown): Predicate | undefined {
  if (!hasOperators(operand)) return indexable(operand) ? { points: [operand] } : undefined;
  const predicate: Predicate = {};
  for (const name of Object.keys(operand)) {
    const value = operand[name];
    if (name === '$eq' && indexable(value)) predicate.points = [value];
    else if (name === '$in' && Array.isArray(value) && value.every(indexable))
      predicate.points ??= value as unknown[];
    else if (name === '$exists' && value !== false && value !== 0 && value !== null)
      predicate.present = true;
    else if (!rangeable(value)) continue;
    else if (name === '$gt') predicate.low = { value, inclusive: false };
    else if (name === '$gte') predicate.low = { value, inclusive: true };
    else if (name === '$lt') predicate.high = { value, inclusive: false };
    else if (name === '$lte') predicate.high = { value, inclusive: true };
  }
  return Object.keys(predicate).length > 0 ? predicate : undefined;
}

function mergeAll(into: Predicates, from: Predicates): void {
  for (const [path, predicate] of from) merge(into, path, predicate);
}

/** Both hold: keep what is already known, add what is new. */
function merge(into: Predicates, path: string, predicate: Predicate): void {
  into.set(path, { ...predicate, ...into.get(path) });
}

/** What every branch of an `$or` demands, widened so that it covers all of them. */
function hull(branches: Predicates[]): Predicates {
  const covered: Predicates = new Map();
  const [first, ...rest] = branches;
  if (!first) return covered;
  for (const [path, start] of first) {
    const others = rest.map((branch) => branch.get(path));
    const low = others.reduce<Bound | undefined>(
      (bound, other) => widest(bound, other && lowOf(other), (order) => order <= 0),
      lowOf(start),
    );
    const high = others.reduce<Bound | undefined>(
      (bound, other) => widest(bound, other && highOf(other), (order) => order >= 0),
      highOf(start),
    );
    if (low || high) covered.set(path, { ...(low ? { low } : {}), ...(high ? { high } : {}) });
  }
  return covered;
}

const single = ({ points }: Predicate): Bound | undefined =>
  points?.length === 1 && rangeable(points[0]) ? { value: points[0], inclusive: true } : undefined;

const lowOf = (predicate: Predicate): Bound | undefined => single(predicate) ?? predicate.low;
const highOf = (predicate: Predicate): Bound | undefined => single(predicate) ?? predicate.high;

function widest(
  left: Bound | undefined,
  right: Bound | undefined,
  leftIsWider: (order: number) => boolean,
): Bound | undefined {
  if (!left || !right || bracketOf(left.value) !== bracketOf(right.value)) return undefined;
  const order = compareValues(left.value, right.value);
  if (order === 0) return { value: left.value, inclusive: left.inclusive || right.inclusive };
  return leftIsWider(order) ? left : right;
}
