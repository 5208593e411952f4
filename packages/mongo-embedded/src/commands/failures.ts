import { BSONError } from 'bson';
import { CommandError, badValue } from '../errors.js';
import type { Engine } from '../engine/engine.js';

/**
 * The failure as the client sees it. Anything unexpected becomes an InternalError; the whole error
 * goes to the log, it is a defect of this server.
 */
export function toCommandError(error: unknown, engine: Engine): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof BSONError) return badValue(error.message);
  engine.logger.error({ err: error }, 'a command failed unexpectedly');
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError('InternalError', `embedded MongoDB failed: ${message}`);
}
