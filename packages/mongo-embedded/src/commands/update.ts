import { failedToParse } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isTruthy } from '../bson/types.js';
import type { CollectionView } from '../engine/view.js';
import { validate } from '../engine/validation.js';
import { findCandidates } from '../query/find.js';
import { parseSort } from '../query/sort.js';
import { equalEncoding } from '../bson/codec.js';
import type { CompiledUpdate } from '../update/apply.js';
import { compileUpdate } from '../update/apply.js';
import { upsertDocument } from '../update/upsert.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, documentOption, refuseOptions } from './context.js';
import { checkStorable } from './insert.js';
import type { StatementResult } from './writes.js';
import { runStatements, statementsOf, total } from './writes.js';

const known = ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'c', 'sort'];

export const update: Command = {
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let', 'stmtId', 'stmtIds'],
  transactional: true,
  async run(command, context) {
    const name = collectionName(command, 'update');
    const statements = statementsOf(command, 'updates', known);
    const upserts = statements.some(({ upsert }) => isTruthy(upsert));
    const outcome = await runStatements(command, statements, context, (statement) => {
      const view = upserts ? context.writableView(name) : context.view(name);
      return executeUpdate(statement, command, view, context);
    });
    const upserted = outcome.results.flatMap(({ index, result }) =>
      result.upsertedId === undefined ? [] : [{ index, _id: result.upsertedId }],
    );
    const { writeErrors } = outcome;
    return {
      n: total(outcome, 'n'),
      nModified: total(outcome, 'modified'),
      ...(upserted.length > 0 ? { upserted } : {}),
      ...(writeErrors.length > 0 ? { writeErrors } : {}),
    };
  },
};

function executeUpdate(
  statement: Document,
  command: Document,
  view: CollectionView | undefined,
  context: CommandContext,
): StatementResult {
  refuseOptions(statement, ['collation']);
  const filter = documentOption(statement, 'q');
  const variables = { ...documentOption(command, 'let'), ...documentOption(statement, 'c') };
  const multi = isTruthy(statement['multi']);
  const compiled = compileUpdate({
    filter,
    update: statement['u'],
    arrayFilters: statement['arrayFilters'],
    variables,
  });
  if (multi && compiled.replacement)
    throw failedToParse('multi update is not supported for replacement-style update');
  const bypass = isTruthy(command['bypassDocumentValidation']);
  const found = view
    ? findCandidates(view, {
        filter,
        sort: parseSort(statement['sort']),
        limit: multi ? undefined : 1,
        hint: statement['hint'],
        variables,
        deadline: context.deadline,
      })
    : [];
  if (!view) return { n: 0, modified: 0 };
  if (found.length === 0) {
    if (!isTruthy(statement['upsert'])) return { n: 0, modified: 0 };
    const inserted = insertUpserted(view, filter, compiled, context, bypass);
    return { n: 1, modified: 0, upsertedId: inserted['_id'] };
  }
  view.checkWritable(found);
  let modified = 0;
  for (const candidate of found)
    if (applyUpdate(view, candidate, compiled, context, bypass).changed) modified++;
  return { n: found.length, modified };
}

/** Writes the new state of one document, if it is a new state. */
export function applyUpdate(
  view: CollectionView,
  candidate: { record: number; document: Document },
  compiled: CompiledUpdate,
  context: CommandContext,
  bypass: boolean,
): { document: Document; changed: boolean } {
  const before = candidate.document;
  const document = compiled.apply(before);
  if (equalEncoding(before, document)) return { document: before, changed: false };
  checkStorable(document);
  if (!bypass)
    validate(view.collection.options, document, {
      previous: before,
      logger: context.engine.logger,
    });
  view.replace(candidate, document);
  return { document, changed: true };
}

export function insertUpserted(
  view: CollectionView,
  filter: Document,
  compiled: CompiledUpdate,
  context: CommandContext,
  bypass: boolean,
): Document {
  const document = upsertDocument(filter, compiled);
  checkStorable(document);
  if (!bypass) validate(view.collection.options, document, { logger: context.engine.logger });
  view.insert(document);
  return document;
}
