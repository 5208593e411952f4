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

/** The error for fields that stay empty because a subgraph did not answer. */
export const noAnswer = (subgraph: string, exposeNames: boolean): ErrorWithoutPath => ({
  message: exposeNames
    ? `The service "${subgraph}" is not available at the moment.`
    : 'A service is not available at the moment.',
  extensions: {
    code: 'DOWNSTREAM_SERVICE_ERROR',
    ...(exposeNames ? { serviceName: subgraph } : {}),
  },
});

/** A subgraph's error as a client sees it. */
export const shownError = (
  { message, extensions }: SubgraphError,
  subgraph: string,
  exposeNames: boolean,
): ErrorWithoutPath => ({
  message,
  extensions: {
    code: 'DOWNSTREAM_SERVICE_ERROR',
    ...extensions,
    ...(exposeNames ? { serviceName: subgraph } : {}),
  },
});

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
