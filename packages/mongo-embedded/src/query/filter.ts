import { badValue, notImplemented } from '../errors.js';
import { equalValues } from '../bson/order.js';
import { someAtPath } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import { compileExpression } from '../aggregation/expression.js';
import { compileJsonSchema } from './json-schema.js';
import type { FilterContext, ValueTest } from './operators.js';
import { equality, isRegex, regexTest, valueOperators } from './operators.js';

export type Matcher = (document: Document) => boolean;

/**
 * Compiles a query filter once; the matcher is then called for every candidate document.
 * Every unknown operator is refused here, also when no document would ever reach it.
 */
export function compileFilter(filter: Document, context: FilterContext = {}): Matcher {
  const tests = Object.keys(filter).map((key) => compileClause(key, filter[key], context));
  if (tests.length === 0) return () => true;
  const [only] = tests;
  if (tests.length === 1 && only) return only;
  return (document) => tests.every((test) => test(document));
}

function compileClause(key: string, operand: unknown, context: FilterContext): Matcher {
  if (key.startsWith('$')) return compileTopLevel(key, operand, context);
  return compileField(key, operand, context);
}

function compileTopLevel(key: string, operand: unknown, context: FilterContext): Matcher {
  switch (key) {
    case '$and':
    case '$or':
    case '$nor':
      return compileLogical(key, operand, context);
    case '$expr':
      return compileExpression(operand, context.variables);
    case '$jsonSchema':
      return compileJsonSchema(operand);
    case '$comment':
      return () => true;
    case '$text':
      if (!context.textSearched) throw badValue('$text is not allowed in this context');
      return () => true;
    case '$where':
      throw notImplemented(key);
    default:
      throw badValue(`unknown top level operator: ${key}`);
  }
}

function compileLogical(key: string, operand: unknown, context: FilterContext): Matcher {
  if (!Array.isArray(operand) || operand.length === 0)
    throw badValue(`${key} argument must be a non-empty array`);
  // A text search is done before its filter is asked: that is right only where the filter demands it.
  const inner = key === '$and' ? context : { ...context, textSearched: false };
  const matchers = operand.map((item: unknown) => {
    if (!isDocument(item)) throw badValue(`${key} argument's entries must be objects`);
    if (key === '$or' && '$text' in item) throw notImplemented('$text under $or');
    return compileFilter(item, inner);
  });
  if (key === '$and') return (document) => matchers.every((matches) => matches(document));
  if (key === '$or') return (document) => matchers.some((matches) => matches(document));
  return (document) => !matchers.some((matches) => matches(document));
}

function compileField(path: string, operand: unknown, context: FilterContext): Matcher {
  const parts = path.split('.');
  const test = compileOperand(operand, context, path);
  return (document) => test(document, parts);
}

/** A test over "the values at this path of this value". */
export type PathTest = (root: unknown, parts: readonly string[]) => boolean;

/** Whether `{ field: operand }` holds operators (`{ $gt: 1 }`) rather than a value to equal. */
export function hasOperators(operand: unknown): operand is Document {
  if (!isDocument(operand)) return false;
  const [first] = Object.keys(operand);
  return first !== undefined && first.startsWith('$') && first !== '$ref' && first !== '$id';
}

/** Compiles the right side of `{ field: operand }`. */
export function compileOperand(operand: unknown, context: FilterContext, path = ''): PathTest {
  if (isRegex(operand)) return positive(regexTest(operand));
  if (!hasOperators(operand)) return positive(equality(operand));
  const tests: PathTest[] = [];
  for (const name of Object.keys(operand)) {
    const test = compileOperator(name, operand[name], operand, context, path);
    if (test) tests.push(test);
  }
  return (root, parts) => tests.every((test) => test(root, parts));
}

function compileOperator(
  name: string,
  operand: unknown,
  siblings: Document,
  context: FilterContext,
  path: string,
): PathTest | undefined {
  switch (name) {
    case '$not': {
      if (!isRegex(operand) && !hasOperators(operand))
        throw badValue('$not needs a regex or a document');
      return negate(compileOperand(operand, context, path));
    }
    case '$ne':
      return negate(positive(equality(operand)));
    case '$nin':
      return negate(compileOperator('$in', operand, siblings, context, path));
    case '$exists': {
      const wanted = !(operand === false || operand === 0 || operand === null);
      return (root, parts) => exists(root, parts) === wanted;
    }
    case '$all':
      return compileAll(operand, context);
    case '$elemMatch':
      return overArrays(elementTest(operand, { ...context, textSearched: false }));
    case '$options':
      if (!('$regex' in siblings)) throw badValue('$options needs a $regex');
      return undefined;
    default: {
      const compile = valueOperators[name];
      if (!compile) throw badValue(`unknown operator: ${name}`);
      const { test, wholeArray } = compile(operand, siblings);
      return wholeArray ? overArrays((array) => test(array)) : positive(test);
    }
  }
}

/** The value itself or, for an array, one of its elements passes. */
function positive(test: ValueTest): PathTest {
  const visit = (value: unknown): boolean =>
    test(value) || (Array.isArray(value) && value.some((item) => test(item)));
  // Without a path the value is an element of an array already: `$elemMatch` does not enter another one.
  return (root, parts) => (parts.length === 0 ? test(root) : someAtPath(root, parts, visit));
}

function negate(test: PathTest | undefined): PathTest {
  return (root, parts) => !test?.(root, parts);
}

function overArrays(test: (array: unknown[]) => boolean): PathTest {
  return (root, parts) =>
    someAtPath(root, parts, (value) => Array.isArray(value) && test(value as unknown[]));
}

function exists(root: unknown, parts: readonly string[]): boolean {
  return someAtPath(root, parts, (value) => value !== undefined);
}

function compileAll(operand: unknown, context: FilterContext): PathTest {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return () => false;
  const tests = operand.map((item: unknown) => {
    if (isDocument(item) && '$elemMatch' in item)
      return overArrays(elementTest(item['$elemMatch'], { ...context, textSearched: false }));
    if (hasOperators(item)) throw badValue('no $ expressions in $all');
    return isRegex(item) ? positive(regexTest(item)) : positive(equality(item));
  });
  return (root, parts) => tests.every((test) => test(root, parts));
}

/** `$elemMatch` over sub-documents (`{ a: 1 }`) or over scalars (`{ $gt: 1 }`). */
function elementTest(operand: unknown, context: FilterContext): (array: unknown[]) => boolean {
  const test = compileElement(operand, context);
  return (array) => array.some(test);
}

export function compileElement(
  operand: unknown,
  context: FilterContext = {},
): (item: unknown) => boolean {
  if (!isDocument(operand)) throw badValue('$elemMatch needs an Object');
  const logical = ['$and', '$or', '$nor'];
  const [first] = Object.keys(operand);
  if (hasOperators(operand) && first !== undefined && !logical.includes(first)) {
    const test = compileOperand(operand, context);
    // The element is the value itself: no further array is entered.
    return (item) => test(item, []);
  }
  const matches = compileFilter(operand, context);
  return (item) => (isDocument(item) || Array.isArray(item)) && matches(item as Document);
}

/** For `$pull`: does this array element satisfy the condition? */
export function elementMatches(condition: unknown): (item: unknown) => boolean {
  if (isRegex(condition) || hasOperators(condition)) {
    // As a field, so that an element that is itself an array is entered.
    const matches = compileFilter({ element: condition });
    return (element) => matches({ element });
  }
  if (!isDocument(condition)) return (item) => equalValues(item, condition);
  const matches = compileFilter(condition);
  return (item) => isDocument(item) && matches(item);
}
