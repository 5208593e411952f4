import { Context, evalExpr } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipeline from 'mingo/operators/pipeline';
import * as windows from 'mingo/operators/window';
import type { Options } from 'mingo/types';
import { compareValues, equalValues, orderKey } from '../bson/order.js';
import type { Numeric } from '../bson/numbers.js';
import { add } from '../bson/numbers.js';
import { badValue, notImplemented } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, isNumeric } from '../bson/types.js';
import { toPlain } from './values.js';

type Evaluate = (document: unknown, expression: unknown, options: Options) => unknown;

/** mingo's evaluator, typed for values of unknown shape. */
export const evaluate = evalExpr;

/** Comparison in BSON order; in expressions a missing field is below null and not equal to it. */
function compareArguments(accepts: (order: number) => boolean): Evaluate {
  return (document, expression, options) => accepts(comparePair(document, expression, options));
}

function comparePair(document: unknown, expression: unknown, options: Options): number {
  const values = evaluate(document, expression, options);
  if (!Array.isArray(values) || values.length !== 2)
    throw badValue('a comparison expression takes exactly 2 arguments');
  const [left, right] = values as unknown[];
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  return compareValues(left, right);
}

const comparisons: Record<string, Evaluate> = {
  $eq: compareArguments((order) => order === 0),
  $ne: compareArguments((order) => order !== 0),
  $gt: compareArguments((order) => order > 0),
  $gte: compareArguments((order) => order >= 0),
  $lt: compareArguments((order) => order < 0),
  $lte: compareArguments((order) => order <= 0),
  $cmp: (document, expression, options) => Math.sign(comparePair(document, expression, options)),
  $in: (document, expression, options) => {
    const [value, list] = evaluate(document, expression, options) as unknown[];
    if (!Array.isArray(list)) throw badValue('$in requires an array as a second argument');
    return (list as unknown[]).some((item) => equalValues(item, value));
  },
};

/** mingo refuses a missing or null argument here; MongoDB answers null. */
const modulo: Evaluate = (document, expression, options) => {
  const values = evaluate(document, expression, options);
  if (!Array.isArray(values) || values.length !== 2)
    throw badValue('$mod takes exactly 2 arguments');
  if (values.some((value) => value === null || value === undefined)) return null;
  return expressions.$mod(document as never, values as never, options);
};

type Accumulate = (items: unknown[], expression: unknown, options: Options) => unknown;

/** The values an accumulator sees: one per document of the group, or the given list. */
const collect = accumulators.$push;

const extreme =
  (sign: 1 | -1): Accumulate =>
  (items, expression, options) => {
    let best: unknown = null;
    for (const value of collect(items, expression, options)) {
      if (value === null || value === undefined) continue;
      if (best === null || compareValues(value, best) * sign < 0) best = value;
    }
    return best;
  };

const sum = (values: readonly unknown[]): Numeric => {
  let total: Numeric = 0;
  for (const value of values) {
    if (typeof value === 'number' && typeof total === 'number') total += value;
    else if (isNumeric(value)) total = add(total, value);
  }
  return total;
};

/** Accumulators that are also expressions take a single value as well as a list. */
const overList =
  (name: string): Evaluate =>
  (document, expression, options) => {
    const accumulate = ownAccumulators[name];
    // Inside $group the "document" is the list of the group's members.
    if (Array.isArray(document)) return accumulate?.(document, expression, options);
    const value = evaluate(document, expression, options);
    return accumulate?.(Array.isArray(value) ? (value as unknown[]) : [value], null, options);
  };

/** mingo answers a list of one where MongoDB answers its element. */
function firstOf(several: typeof accumulators.$topN): Accumulate {
  return (items, expression, options) => {
    const one = { ...(expression as object), n: 1 };
    return several(items as never, one as never, options)[0];
  };
}

const ownAccumulators: Record<string, Accumulate> = {
  $sum: (items, expression, options) => toPlain(sum(collect(items, expression, options))),
  $avg: (items, expression, options) => {
    const numbers = collect(items, expression, options).filter(isNumeric);
    const total = toPlain(sum(numbers));
    if (numbers.length === 0) return null;
    if (typeof total !== 'number') throw notImplemented('$avg over decimals or huge int64 values');
    return total / numbers.length;
  },
  $min: extreme(1),
  $max: extreme(-1),
  $addToSet: (items, expression, options) => {
    const distinct = new Map<string, unknown>();
    for (const value of collect(items, expression, options)) distinct.set(orderKey(value), value);
    return [...distinct.values()];
  },
  $mergeObjects: (items, expression, options) =>
    Object.assign({}, ...collect(items, expression, options).filter(isDocument)) as Document,
  $top: firstOf(accumulators.$topN),
  $bottom: firstOf(accumulators.$bottomN),
};

/** mingo's operators with ours in front, where BSON has its own idea of order or numbers. */
export const expressionContext: Context = Context.init()
  .addExpressionOps({
    ...comparisons,
    $mod: modulo,
    $sum: overList('$sum'),
    $avg: overList('$avg'),
    $min: overList('$min'),
    $max: overList('$max'),
    $mergeObjects: (document: unknown, expression: unknown, options: Options) =>
      // As for the others: inside $group the "document" is the list of the group's members.
      Array.isArray(document)
        ? ownAccumulators['$mergeObjects']?.(document, expression, options)
        : expressions.$mergeObjects(document as never, expression, options),
  })
  .addAccumulatorOps(ownAccumulators)
  .addExpressionOps(expressions)
  .addAccumulatorOps(accumulators)
  .addPipelineOps(pipeline)
  .addWindowOps(windows);

/**
 * Expressions that MongoDB has and this server has not: they run JavaScript, or tell number types apart,
 * which plain numbers cannot, or mingo lacks them.
 */
export const refusedExpressions: ReadonlySet<string> = new Set(
  '$function $accumulator $toHashedIndexKey $sampleRate $type $toObjectId $toUUID $tsSecond $tsIncrement'.split(
    ' ',
  ),
);

export const expressionNames: ReadonlySet<string> = new Set(
  [...Object.keys(expressions), '$literal'].filter((name) => !refusedExpressions.has(name)),
);

export const accumulatorNames: ReadonlySet<string> = new Set(
  Object.keys(accumulators).filter((name) => !refusedExpressions.has(name)),
);
