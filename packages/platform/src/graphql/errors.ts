import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, errorMessage } from '../errors.js';
import type { Logger } from '../logger.js';
import { isStoreUnavailable } from '../store-errors.js';

/** The error that a resolver threw, below the wrapping that GraphQL and Apollo put around it. */
function originalOf(error: unknown): unknown {
  let current = error;
  while (current instanceof GraphQLError && current.originalError) current = current.originalError;
  return current;
}

/**
 * What a client sees of an error: an `AppError` and GraphQL's own complaints as they are, a store that is
 * down as STORE_UNAVAILABLE, and anything else masked, with the request id under which it is logged whole.
 */
export function formatGraphQLError(
  formatted: GraphQLFormattedError,
  error: unknown,
  request: { readonly log: Logger; readonly requestId: string },
): GraphQLFormattedError {
  const original = originalOf(error);
  // GraphQL's own errors (syntax, validation, bad variables) have no original of another kind.
  if (original instanceof GraphQLError) return forClients(formatted);
  const known = original instanceof AppError ? original : storeDown(original, request.log);
  if (known !== null) {
    return shape(formatted, known.message, { ...known.extensions, code: known.code });
  }
  request.log.error(
    { err: original, path: formatted.path },
    `resolver failed: ${errorMessage(original)}`,
  );
  const masked = new AppError('INTERNAL_SERVER_ERROR');
  return shape(formatted, masked.message, { code: masked.code, requestId: request.requestId });
}

function storeDown(error: unknown, log: Logger): AppError | null {
  if (!isStoreUnavailable(error)) return null;
  log.warn({ err: error }, `store unavailable: ${errorMessage(error)}`);
  return new AppError('STORE_UNAVAILABLE');
}

/** Without what Apollo adds for its own use: the stack, and hints for its HTTP answer. */
function forClients(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { stacktrace: _stacktrace, http: _http, ...extensions } = formatted.extensions ?? {};
  return { ...formatted, extensions };
}

function shape(
  { locations, path }: GraphQLFormattedError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLFormattedError {
  return {
    message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions,
  };
}
