import { CommandError, badValue, notImplemented, typeMismatch } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, isTruthy } from '../bson/types.js';
import type { Matcher } from '../query/filter.js';
import { compileFilter } from '../query/filter.js';
import type { Logger } from '../logger.js';

/** A collection's options, as `create` and `collMod` set them. */
export interface CollectionOptions {
  /** What listCollections answers and what is stored. */
  description: Document;
  validator: Matcher | undefined;
  level: 'off' | 'strict' | 'moderate';
  action: 'error' | 'warn';
}

const refused = ['capped', 'size', 'max', 'timeseries', 'viewOn', 'pipeline', 'collation'];
const refusedToo = ['clusteredIndex', 'expireAfterSeconds', 'changeStreamPreAndPostImages'];

export function parseCollectionOptions(description: Document): CollectionOptions {
  for (const option of Object.keys(description)) {
    if (option === 'capped' && !isTruthy(description[option])) continue;
    if (refused.includes(option) || refusedToo.includes(option))
      throw notImplemented(`the collection option ${option}`);
    if (!['validator', 'validationLevel', 'validationAction', 'capped'].includes(option))
      throw new CommandError('UnknownField', `BSON field 'create.${option}' is an unknown field.`);
  }
  const { validator, validationLevel = 'strict', validationAction = 'error' } = description;
  if (validator !== undefined && !isDocument(validator))
    throw typeMismatch("BSON field 'create.validator' is the wrong type, expected type 'object'");
  if (validationLevel !== 'strict' && validationLevel !== 'moderate' && validationLevel !== 'off')
    throw badValue(`Enumeration value '${String(validationLevel)}' for field 'validationLevel'`);
  if (validationAction !== 'error' && validationAction !== 'warn')
    throw badValue(`Enumeration value '${String(validationAction)}' for field 'validationAction'`);
  return {
    description,
    validator:
      validator && Object.keys(validator).length > 0 ? compileFilter(validator) : undefined,
    level: validationLevel,
    action: validationAction,
  };
}

/** Applies the collection's validator to a new state. `previous` is undefined for an insert. */
export function validate(
  { validator, level, action }: CollectionOptions,
  document: Document,
  { previous, logger }: { previous?: Document | undefined; logger: Logger },
): void {
  if (!validator || level === 'off' || validator(document)) return;
  // moderate: a document that was already invalid may stay so
  if (level === 'moderate' && previous && !validator(previous)) return;
  if (action === 'warn') {
    logger.warn({ failingDocumentId: document['_id'] }, 'a document fails its validator');
    return;
  }
  throw new CommandError('DocumentValidationFailure', 'Document failed validation', {
    extra: { errInfo: { failingDocumentId: document['_id'] } },
  });
}
