import type { GraphQLFormattedError } from 'graphql';

/** The whole operation is refused before anything ran: `errors` without `data`. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly errors: readonly GraphQLFormattedError[];
  /** HTTP status. */
  readonly status: number;
  /**
   * HTTP status under `application/json`: clients that know only this type take any other than 200 for a failure of
   * the network, and do not read why their operation is not valid (GraphQL over HTTP, section 6.4.1).
   */
  readonly jsonStatus: number;

  constructor(errors: readonly GraphQLFormattedError[], status = 400, jsonStatus = status) {
    super(errors[0]?.message ?? 'The operation is not valid.');
    this.errors = errors;
    this.status = status;
    this.jsonStatus = jsonStatus;
  }
}

/** The request is well-formed, but its document, its variables or the name of its operation are not valid. */
export const invalidOperation = (errors: readonly GraphQLFormattedError[]): OperationError =>
  new OperationError(errors, 400, 200);

/** Refuses with one error. */
export const operationError = (code: string, message: string, status = 400): OperationError =>
  new OperationError([{ message, extensions: { code } }], status);

/** A subgraph could not be asked, or answered with what is no GraphQL answer. */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure';
  readonly subgraph: string;

  constructor(subgraph: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.subgraph = subgraph;
  }
}

/** A subgraph's error, parsed from JSON: nothing about it is certain. */
export interface SubgraphError {
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Of one answer's errors, and of characters in one message: more tell nobody anything. */
const maximumErrors = 100;
const maximumMessage = 10_000;

/** Reads the first `errors` of a subgraph's answer; entries that are no errors are left out. */
export function parseErrors(value: unknown): SubgraphError[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, maximumErrors)
    .filter((item) => typeof item === 'object' && item !== null)
    .map(parseError);
}

function parseError(item: Record<string, unknown>): SubgraphError {
  const { message, path, extensions } = item;
  return {
    message:
      typeof message === 'string' && message !== ''
        ? message.slice(0, maximumMessage)
        : 'The service failed.',
    path: Array.isArray(path) ? path.filter(isPathKey) : undefined,
    extensions:
      typeof extensions === 'object' && extensions !== null
        ? (extensions as Record<string, unknown>)
        : {},
  };
}

const isPathKey = (key: unknown): key is string | number =>
  typeof key === 'string' || typeof key === 'number';

/** A fetch that brought nothing, and the error to show at the fields that stay empty because of it. */
export interface FetchFailure {
  readonly error: Omit<GraphQLFormattedError, 'path'>;
  /** How many places have shown it; a failure that no field shows is reported once without a path. */
  shown: number;
}
