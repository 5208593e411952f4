import { failedToParse } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isTruthy } from '../bson/types.js';
import type { CollectionView } from '../engine/view.js';
import { findCandidates } from '../query/find.js';
import { compileProjection } from '../query/projection.js';
import { parseSort } from '../query/sort.js';
import { compileUpdate } from '../update/apply.js';
import { elementMatcher } from '../update/targets.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, documentOption, refuseOptions, whenUnlocked } from './context.js';
import { applyUpdate, insertUpserted } from './update.js';
import { retryRecord } from './writes.js';

/** Finds one document and changes or removes it in one step: what claims are made of. */
export const findAndModify: Command = {
  fields: [
    ...['query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'arrayFilters'],
    ...['bypassDocumentValidation', 'collation', 'hint', 'let', 'stmtId'],
  ],
  transactional: true,
  async run(command, context) {
    refuseOptions(command, ['collation']);
    const [commandName = ''] = Object.keys(command);
    const name = collectionName(command, commandName);
    const remove = isTruthy(command['remove']);
    if (remove === (command['update'] !== undefined))
      throw failedToParse('Either an update or remove=true must be specified');
    if (remove && (isTruthy(command['new']) || isTruthy(command['upsert'])))
      throw failedToParse('Cannot specify new=true or upsert=true with remove=true');
    const retryable = retryRecord(command, context);
    const known = retryable?.get(0);
    if (known) return known;
    const view = isTruthy(command['upsert']) ? context.writableView(name) : context.view(name);
    return whenUnlocked(context, () => {
      const reply = view ? execute(command, view, context, remove) : nothing(remove);
      if (retryable && context.session) {
        retryable.set(0, reply);
        context.log.push(context.engine.sessions.record(context.session));
      }
      return reply;
    });
  },
};

const nothing = (remove: boolean): Document => ({
  value: null,
  lastErrorObject: remove ? { n: 0 } : { n: 0, updatedExisting: false },
});

function execute(
  command: Document,
  view: CollectionView,
  context: CommandContext,
  remove: boolean,
): Document {
  const filter = documentOption(command, 'query');
  const variables = documentOption(command, 'let');
  const project = compileProjection(documentOption(command, 'fields'), {
    variables,
    matchedElement: elementMatcher(filter),
  });
  const compiled = remove
    ? undefined
    : compileUpdate({
        filter,
        update: command['update'],
        arrayFilters: command['arrayFilters'],
        variables,
      });
  const [found] = findCandidates(view, {
    filter,
    sort: parseSort(command['sort']),
    limit: 1,
    hint: command['hint'],
    variables,
    deadline: context.deadline,
  });
  const bypass = isTruthy(command['bypassDocumentValidation']);
  const wantsNew = isTruthy(command['new']);
  if (!found) {
    if (!compiled || !isTruthy(command['upsert'])) return nothing(remove);
    const inserted = insertUpserted(view, filter, compiled, context, bypass);
    return {
      value: wantsNew ? project(inserted) : null,
      lastErrorObject: { n: 1, updatedExisting: false, upserted: inserted['_id'] },
    };
  }
  view.checkWritable([found]);
  if (!compiled) {
    view.remove(found);
    return { value: project(found.document), lastErrorObject: { n: 1 } };
  }
  const { document } = applyUpdate(view, found, compiled, context, bypass);
  return {
    value: project(wantsNew ? document : found.document),
    lastErrorObject: { n: 1, updatedExisting: true },
  };
}
