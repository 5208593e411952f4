import { ConfigError, errorMessage } from '@pcc/platform';
import { ClientError } from './client/errors.js';

/** One line for what a person can mend; a defect with its stack. */
export function describeFailure(error: unknown): string {
  if (error instanceof ClientError || error instanceof ConfigError || isWrongArgument(error)) {
    return errorMessage(error);
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What `parseArgs` throws. */
const isWrongArgument = (error: unknown): boolean =>
  error instanceof TypeError &&
  String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
