import { ProcessingMode } from 'mingo/core';
import type { Options } from 'mingo/types';
import { CommandError, badValue, notImplemented } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, isTruthy } from '../bson/types.js';
import { checkMeta } from '../text/meta.js';
import {
  accumulatorNames,
  evaluate,
  expressionContext,
  expressionNames,
  refusedExpressions,
} from './context.js';
import { plainDocument, toPlain } from './values.js';

export type Variables = Record<string, unknown>;

/** Options for mingo: no JavaScript from clients, documents are already copies. */
export function mingoOptions(variables: Variables = {}, context = expressionContext): Options {
  return {
    idKey: '_id',
    scriptEnabled: false,
    useStrictMode: true,
    failOnError: true,
    processingMode: ProcessingMode.CLONE_OFF,
    context: context,
    variables: toPlain(variables) as Record<string, never>,
  };
}

/** Refuses every operator this server does not know, before any document is looked at. */
export function checkExpression(expression: unknown): void {
  if (Array.isArray(expression)) return expression.forEach(checkExpression);
  if (!isDocument(expression)) return;
  const names = Object.keys(expression);
  const [first] = names;
  if (first?.startsWith('$')) {
    if (names.length !== 1)
      throw new CommandError(
        'InvalidPipelineOperator',
        'an object representing an expression must have exactly one field',
      );
    if (first === '$meta') checkMeta(expression, 'elsewhere');
    if (refusedExpressions.has(first)) throw notImplemented(`the expression ${first}`);
    if (!expressionNames.has(first) && !accumulatorNames.has(first))
      throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${first}'`);
    if (first === '$literal') return;
  }
  for (const name of names) checkExpression(expression[name]);
}

/** Compiles an aggregation expression; it is evaluated on the plain form of a document. */
export function compileValue(
  expression: unknown,
  variables?: Variables,
): (plain: Document) => unknown {
  checkExpression(expression);
  const options = mingoOptions(variables);
  const plainExpression = toPlain(expression);
  return (plain) => guard(() => evaluate(plain, plainExpression, options));
}

/** For `$expr`: whether the expression holds for a (typed) document. */
export function compileExpression(
  expression: unknown,
  variables?: Variables,
): (document: Document) => boolean {
  const value = compileValue(expression, variables);
  return (document) => isTruthy(value(plainDocument(document)));
}

/** mingo reports wrong arguments as plain errors: they are the client's, not ours. */
export function guard<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'MingoError')
      throw badValue(error.message);
    throw error;
  }
}
