import { AppError } from '@pcc/platform';
import type { GraphQLFormattedError } from 'graphql';
import type { FetchFailure, SubgraphError } from './errors.js';
import type { Execution } from './execution.js';
import type { JsonObject } from './json.js';
import { placesOf, type PathArray } from './paths.js';
import { rewriteErrorPath } from './rewrites.js';
import type { SubgraphOperation } from './subgraph-operation.js';

type ErrorWithoutPath = Omit<GraphQLFormattedError, 'path'>;

/** A list of 100 broken entities tells no more with 100 errors than with these. */
const maximumPlacesPerError = 20;

/** What clients may learn of a failure behind the router. */
export interface Disclosure {
  /** Which subgraph failed. */
  readonly subgraphNames: boolean;
  /** What defects say: a thrown error's message may hold a query, a host name or somebody's data. */
  readonly defects: boolean;
}

const code = 'DOWNSTREAM_SERVICE_ERROR';
const named = (subgraph: string, { subgraphNames }: Disclosure) =>
  subgraphNames ? { serviceName: subgraph } : {};

/** The error for fields that stay empty because a subgraph did not answer. */
export const noAnswer = (subgraph: string, disclosure: Disclosure): ErrorWithoutPath => ({
  message: disclosure.subgraphNames
    ? `The service "${subgraph}" is not available at the moment.`
    : 'A service is not available at the moment.',
  extensions: { code, ...named(subgraph, disclosure) },
});

/** A subgraph's error as a client sees it. */
export function shownError(
  error: SubgraphError,
  subgraph: string,
  disclosure: Disclosure,
): ErrorWithoutPath {
  const { message, extensions } = disclosure.defects ? error : withoutDefect(error);
  return { message, extensions: { code, ...extensions, ...named(subgraph, disclosure) } };
}

/**
 * Servers give a code to what they mean to say. What has none, or the one of defects, was thrown by accident; of
 * that only the code stays, and the id under which our own subgraphs have logged it.
 */
function withoutDefect({
  message,
  extensions,
}: SubgraphError): Pick<SubgraphError, 'message' | 'extensions'> {
  const { stacktrace: _stack, exception: _exception, ...others } = extensions;
  const { code: given, requestId } = others;
  const hasCode = typeof given === 'string';
  if (hasCode && given !== 'INTERNAL_SERVER_ERROR') return { message, extensions: others };
  return {
    message: new AppError('INTERNAL_SERVER_ERROR').message,
    extensions: {
      ...(hasCode ? { code: given } : {}),
      ...(typeof requestId === 'string' ? { requestId } : {}),
    },
  };
}

/** Nothing came back: the fields that stay empty will show the error, each at its own path. */
export function addFailure(execution: Execution, error: ErrorWithoutPath): FetchFailure {
  execution.maxAge = 0;
  const failure = { error, shown: 0 };
  execution.failures.push(failure);
  return failure;
}

/** Says which failure left these objects without some of their fields. The first one counts. */
export function blame(
  { failureOf }: Execution,
  objects: readonly JsonObject[],
  failure: FetchFailure,
): void {
  for (const object of objects) if (!failureOf.has(object)) failureOf.set(object, failure);
}

/**
 * Reports an error at every place where the thing it is about stands in the answer.
 * @param path of the plan, where the objects stand; @param below the error's own path, from there on
 */
export function reportAt(
  execution: Execution,
  operation: SubgraphOperation,
  error: ErrorWithoutPath,
  objects: readonly JsonObject[],
  path: PathArray,
  below: PathArray,
): void {
  execution.maxAge = 0;
  const rest = rewriteErrorPath(operation.outputRewrites, below);
  for (const place of placesOf(execution.data, path, new Set(objects), maximumPlacesPerError)) {
    execution.errors.push({ ...error, path: [...place, ...rest] });
  }
}
