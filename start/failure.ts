import { AppError, ConfigError, errorMessage } from '@pcc/platform';
import { StoreError } from '@pcc/stores';

/** One clear line per problem for what an operator can mend; anything else is a defect and shows its stack. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n');
  if (error instanceof StoreError) return error.message;
  if (error instanceof AppError) return withCause(error);
  return error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
}

const withCause = (error: AppError): string =>
  error.cause === undefined ? error.message : `${error.message} (${errorMessage(error.cause)})`;
