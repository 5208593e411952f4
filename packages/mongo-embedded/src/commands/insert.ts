import { CommandError } from '../errors.js';
import type { Document } from '../bson/types.js';
import { validate } from '../engine/validation.js';
import { withObjectId } from '../update/upsert.js';
import type { Command } from './context.js';
import { collectionName } from './context.js';
import { isTruthy } from '../bson/types.js';
import { runStatements, statementsOf, total } from './writes.js';

/** `_id` may be anything that can be compared as a whole: no array, regex or undefined. */
export function checkStorable(document: Document): void {
  const id = document['_id'];
  if (Array.isArray(id))
    throw new CommandError('InvalidIdField', "The '_id' value cannot be of type array");
  const dollar = Object.keys(document).find((name) => name.startsWith('$'));
  if (dollar)
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' is not valid for storage.`,
    );
}

export const insert: Command = {
  fields: ['documents', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'],
  transactional: true,
  async run(command, context) {
    const name = collectionName(command, 'insert');
    const documents = statementsOf(command, 'documents');
    const view = context.writableView(name);
    const { logger } = context.engine;
    const bypass = isTruthy(command['bypassDocumentValidation']);
    const outcome = await runStatements(command, documents, context, (document) => {
      const stored = withObjectId(document);
      checkStorable(stored);
      if (!bypass) validate(view.collection.options, stored, { logger });
      view.insert(stored);
      return { n: 1 };
    });
    const { writeErrors } = outcome;
    return { n: total(outcome, 'n'), ...(writeErrors.length > 0 ? { writeErrors } : {}) };
  },
};
