import { badValue } from '../errors.js';
import { bracketOf, descendingKey, highestKey, orderKey } from '../bson/order.js';
import type { Document } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import type { SortField } from '../query/sort.js';
import type { IndexField, IndexSpec } from './index-spec.js';
import { matchesIndex } from './index-spec.js';
import type { AnyIndex } from './model.js';
import type { OrderedIndex } from './ordered-index.js';
import { fieldKey, prefixRange } from './ordered-index.js';
import type { KeyRange } from './ordered-map.js';
import type { Predicate, Predicates } from './predicates.js';
import { predicatesOf } from './predicates.js';
import type { Skip } from './skip-scan.js';

/** How to reach the candidates of a query. */
export interface Plan {
  /** Undefined: read the whole collection. */
  index: OrderedIndex | undefined;
  ranges: KeyRange[];
  reverse: boolean;
  /** The candidates come in the order the sort asks for. */
  sorted: boolean;
  /** For a single range: what need not be read of it. */
  skip?: Skip;
  /** Instead of an index: the records that a text search found. */
  records?: Iterable<number>;
}

interface PlanRequest {
  filter: Document;
  sort: readonly SortField[];
  limited: boolean;
  hint?: unknown;
}

export const collectionScan: Plan = {
  index: undefined,
  ranges: [],
  reverse: false,
  sorted: false,
};
const maxRanges = 1000;

/** Chooses the index that narrows the candidates most, or that spares the sort of a limited query. */
export function planQuery(
  indexes: readonly AnyIndex[],
  { filter, sort, limited, hint }: PlanRequest,
): Plan {
  const predicates = predicatesOf(filter);
  const ordered = indexes.filter((index) => index.kind === 'ordered');
  const hinted = hint === undefined ? ordered : indexesByHint(ordered, hint);
  let best = collectionScan;
  let bestScore = 0;
  for (const index of hinted) {
    // Whoever names a sparse index takes what it holds.
    const chosen = hint !== undefined && index.spec.sparse;
    if (!chosen && !covers(index, predicates, filter)) continue;
    const { plan, score } = planIndex(index, predicates, sort, limited);
    if (score > bestScore || (hint !== undefined && hinted.length === 1))
      [best, bestScore] = [plan, score];
  }
  return best;
}

function indexesByHint(indexes: readonly OrderedIndex[], hint: unknown): OrderedIndex[] {
  if (typeof hint === 'object' && hint !== null && '$natural' in hint) return [];
  const found = indexes.filter(({ spec }) => matchesIndex(spec, hint));
  if (found.length === 0)
    throw badValue(
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return found;
}

/** A sparse or partial index may only serve a query whose matches are all inside it. */
function covers({ spec }: OrderedIndex, predicates: Predicates, filter: Document): boolean {
  if (spec.sparse && !spec.fields.some(({ path }) => demandsValue(predicates.get(path))))
    return false;
  return impliesPartial(spec, predicates, filter);
}

/** Whether every match of the filter is inside the partial index. */
export function impliesPartial(
  { partialFilter }: IndexSpec,
  predicates: Predicates,
  filter: Document,
): boolean {
  return Object.entries(partialFilter ?? {}).every(([path, condition]) => {
    if (path in filter && orderKey(filter[path]) === orderKey(condition)) return true;
    const predicate = predicates.get(path);
    if (!predicate || path.startsWith('$')) return false;
    const inside = compileFilter({ value: condition });
    // Equality with null also matches documents without the field.
    if (predicate.points)
      return predicate.points.every((value) => inside({ value }) && (value !== null || inside({})));
    return isExists(condition) && demandsValue(predicate);
  });
}

function isExists(condition: unknown): boolean {
  return orderKey(condition) === orderKey({ $exists: true });
}

function demandsValue(predicate: Predicate | undefined): boolean {
  if (!predicate) return false;
  if (predicate.points) return predicate.points.every((value) => value !== null);
  return predicate.present === true || predicate.low !== undefined || predicate.high !== undefined;
}

function planIndex(
  index: OrderedIndex,
  predicates: Predicates,
  sort: readonly SortField[],
  limited: boolean,
): { plan: Plan; score: number } {
  const { fields } = index.spec;
  let prefixes = [''];
  let equalities = 0;
  for (const field of fields) {
    const points = predicates.get(field.path)?.points;
    if (!points || prefixes.length * points.length > maxRanges) break;
    const keys = [...new Set(points.map((value) => fieldKey(value, field)))];
    prefixes = prefixes.flatMap((prefix) => keys.map((key) => prefix + key));
    equalities++;
  }
  const next = fields[equalities];
  const range = next && rangeOf(predicates.get(next.path), next, index.multikey);
  const ranges = prefixes.map((prefix) =>
    range ? { low: prefix + range.low, high: prefix + range.high } : prefixRange(prefix),
  );
  const order = sortOrder(index, equalities, prefixes.length, sort);
  const sortGain = order === undefined ? 0 : limited ? 6 : 3;
  const [prefix = ''] = prefixes;
  const skippable = !range && !index.multikey && prefixes.length === 1;
  const skipped = skippable ? boundAfter(fields, equalities, predicates) : undefined;
  return {
    plan: {
      index,
      ranges,
      reverse: order === 'reverse',
      sorted: order !== undefined,
      ...(skipped ? { skip: { prefix, field: equalities, range: skipped } } : {}),
    },
    score: equalities * 10 + (range ? 5 : 0) + sortGain,
  };
}

/** What the filter leaves of the field after an unbounded one. */
function boundAfter(
  fields: readonly IndexField[],
  unbounded: number,
  predicates: Predicates,
): KeyRange | undefined {
  const field = fields[unbounded + 1];
  const predicate = field && predicates.get(field.path);
  if (!predicate) return undefined;
  if (predicate.points?.length === 1) return prefixRange(fieldKey(predicate.points[0], field));
  return rangeOf(predicate, field, false);
}

/** The piece of key space that a range predicate leaves on one field, before its prefix. */
function rangeOf(
  predicate: Predicate | undefined,
  { direction }: IndexField,
  multikey: boolean,
): KeyRange | undefined {
  if (!predicate?.low && !predicate?.high) return undefined;
  const low = predicate.low;
  // Each bound may be met by another element of an array, so a multikey index uses only one.
  const high = multikey && low ? undefined : predicate.high;
  const bracket = bracketOf((low ?? high)?.value);
  if (low && high && bracketOf(high.value) !== bracket) return { low: '', high: '' };
  const after = String.fromCharCode(bracket.charCodeAt(0) + 1);
  if (direction === 1) {
    return {
      low: low ? orderKey(low.value) + (low.inclusive ? '' : highestKey) : bracket,
      high: high ? orderKey(high.value) + (high.inclusive ? highestKey : '') : after,
    };
  }
  const inverted = descendingKey(bracket);
  return {
    low: high ? descendingKey(orderKey(high.value)) + (high.inclusive ? '' : highestKey) : inverted,
    high: low
      ? descendingKey(orderKey(low.value)) + (low.inclusive ? highestKey : '')
      : String.fromCharCode(inverted.charCodeAt(0) + 1),
  };
}

/** Whether walking the index (forwards or in reverse) yields the wanted order. */
function sortOrder(
  { spec, multikey }: OrderedIndex,
  equalities: number,
  prefixes: number,
  sort: readonly SortField[],
): 'forward' | 'reverse' | undefined {
  if (sort.length === 0 || multikey || prefixes > 1) return undefined;
  if (sort.some(({ textScore }) => textScore)) return undefined;
  const fixed = new Set(spec.fields.slice(0, equalities).map(({ path }) => path));
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  const available = spec.fields.slice(equalities);
  let direction: number | undefined;
  for (const [at, { path, direction: wantedDirection }] of wanted.entries()) {
    const field = available[at];
    if (field?.path !== path) return undefined;
    const relative = field.direction * wantedDirection;
    if (direction !== undefined && relative !== direction) return undefined;
    direction = relative;
  }
  return direction === -1 ? 'reverse' : 'forward';
}
