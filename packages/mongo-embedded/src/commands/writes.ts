import { CommandError, badValue, failedToParse } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, toNumber } from '../bson/types.js';
import { toCommandError } from './failures.js';
import type { CommandContext } from './context.js';
import { attempt, whenUnlocked } from './context.js';

/** What a statement did, in the reply's terms. */
export interface StatementResult {
  n: number;
  modified?: number;
  upsertedId?: unknown;
}

export interface WriteOutcome {
  results: { index: number; result: StatementResult }[];
  writeErrors: Document[];
}

/**
 * Executes the statements of an insert, update or delete: in order until the first error, or
 * (ordered: false) all of them. A statement that the session has already executed under the same
 * transaction number is answered from the record, so a driver may send a write again.
 */
export async function runStatements(
  command: Document,
  statements: readonly Document[],
  context: CommandContext,
  execute: (statement: Document) => StatementResult,
): Promise<WriteOutcome> {
  const outcome: WriteOutcome = { results: [], writeErrors: [] };
  const retryable = retryRecord(command, context);
  try {
    for (const [index, statement] of statements.entries()) {
      const id = statementId(command, index);
      const known = retryable?.get(id);
      if (known) {
        outcome.results.push({ index, result: fromRecord(known) });
        continue;
      }
      try {
        const run = (): StatementResult => execute(statement);
        const first = attempt(run);
        const result = 'value' in first ? first.value : await whenUnlocked(context, run);
        outcome.results.push({ index, result });
        retryable?.set(id, toRecord(result));
      } catch (error) {
        const failure = toCommandError(error, context.engine);
        if (context.transaction && isTransient(failure)) throw failure;
        outcome.writeErrors.push(writeError(index, failure));
        if (command['ordered'] !== false || context.transaction) break;
      }
    }
  } finally {
    if (retryable && context.session)
      context.log.push(context.engine.sessions.record(context.session));
    // In the same turn as the change itself: another command must not reach the disk before it.
    context.submit();
  }
  return outcome;
}

const isTransient = ({ labels }: CommandError): boolean =>
  labels.includes('TransientTransactionError');

/** The session's record, if this write is a retryable one. */
export function retryRecord(
  command: Document,
  { session, transaction, engine }: CommandContext,
): Map<number, Document> | undefined {
  const number = toNumber(command['txnNumber']);
  if (number === undefined || transaction || !session) return undefined;
  engine.sessions.advance(session, number);
  return session.statements;
}

function statementId(command: Document, index: number): number {
  const ids = command['stmtIds'];
  if (Array.isArray(ids)) return toNumber(ids[index]) ?? index;
  return (toNumber(command['stmtId']) ?? 0) + index;
}

function toRecord({ n, modified, upsertedId }: StatementResult): Document {
  return {
    n,
    ...(modified === undefined ? {} : { modified }),
    ...(upsertedId === undefined ? {} : { upsertedId }),
  };
}

const fromRecord = (record: Document): StatementResult => record as unknown as StatementResult;

function writeError(index: number, error: CommandError): Document {
  return { index, code: error.code, errmsg: error.message, ...error.extra };
}

/** The `documents`, `updates` or `deletes` of a write command; `known` lists their options. */
export function statementsOf(
  command: Document,
  field: string,
  known?: readonly string[],
): Document[] {
  const statements = command[field];
  if (!Array.isArray(statements) || !statements.every(isDocument))
    throw badValue(
      `BSON field '${field}' is missing but a required field, or not an array of objects`,
    );
  if (statements.length === 0 || statements.length > 100_000)
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and 100000. Got ${statements.length} operations.`,
    );
  for (const option of known ? statements.flatMap(Object.keys) : [])
    if (!known?.includes(option))
      throw failedToParse(`BSON field '${field}.${option}' is an unknown field.`);
  return statements;
}

export function total(outcome: WriteOutcome, field: 'n' | 'modified'): number {
  return outcome.results.reduce((sum, { result }) => sum + (result[field] ?? 0), 0);
}
