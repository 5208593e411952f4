import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { OperationResult } from '../execution/engine.js';
import type { JsonObject } from '../execution/json.js';

/** A generator would hold `return` back until the next value; this passes it on at once. */
export function mapped<From, To>(
  source: AsyncIterableIterator<From, undefined>,
  map: (value: From) => To,
): AsyncIterableIterator<To, undefined> {
  const step = async (result: Promise<IteratorResult<From, undefined>> | undefined) => {
    const settled = await result;
    return settled === undefined || settled.done === true
      ? ({ done: true, value: undefined } as const)
      : ({ done: false, value: map(settled.value) } as const);
  };
  return {
    next: () => step(source.next()),
    return: () => step(source.return?.()),
    throw: (error: unknown) => step(source.throw?.(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export const asGraphQLError = ({
  message,
  path,
  extensions,
}: GraphQLFormattedError): GraphQLError =>
  new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null });

/** graphql-ws serialises answers itself, and demands instances of GraphQLError. */
export const asResult = ({
  data,
  errors,
}: Pick<OperationResult, 'data' | 'errors'>): ExecutionResult => ({
  data: JSON.parse(data) as JsonObject | null,
  ...(errors === undefined ? {} : { errors: errors.map(asGraphQLError) }),
});
