import { failedToParse } from '../errors.js';
import type { Document } from '../bson/types.js';
import { toNumber } from '../bson/types.js';
import { findCandidates } from '../query/find.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, documentOption, refuseOptions } from './context.js';
import type { StatementResult } from './writes.js';
import { runStatements, statementsOf, total } from './writes.js';

const known = ['q', 'limit', 'hint', 'collation'];

/** `delete` is a reserved word, hence the name. */
export const deleteDocuments: Command = {
  fields: ['deletes', 'ordered', 'let', 'stmtId', 'stmtIds'],
  transactional: true,
  async run(command, context) {
    const name = collectionName(command, 'delete');
    const statements = statementsOf(command, 'deletes', known);
    for (const { limit } of statements)
      if (toNumber(limit) !== 0 && toNumber(limit) !== 1)
        throw failedToParse('The limit field in delete objects must be 0 or 1.');
    const outcome = await runStatements(command, statements, context, (statement) =>
      executeDelete(statement, command, name, context),
    );
    const { writeErrors } = outcome;
    return { n: total(outcome, 'n'), ...(writeErrors.length > 0 ? { writeErrors } : {}) };
  },
};

function executeDelete(
  statement: Document,
  command: Document,
  name: string,
  context: CommandContext,
): StatementResult {
  refuseOptions(statement, ['collation']);
  const view = context.view(name);
  if (!view) return { n: 0 };
  const found = findCandidates(view, {
    filter: documentOption(statement, 'q'),
    limit: toNumber(statement['limit']) === 1 ? 1 : undefined,
    hint: statement['hint'],
    variables: documentOption(command, 'let'),
    deadline: context.deadline,
  });
  view.checkWritable(found);
  for (const candidate of found) view.remove(candidate);
  return { n: found.length };
}
