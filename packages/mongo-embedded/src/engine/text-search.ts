import { CommandError, badValue } from '../errors.js';
import type { Document } from '../bson/types.js';
import { compileTextQuery, textConditionOf } from '../text/text-query.js';
import { namespaceOf } from './collection.js';
import type { Plan } from './planner.js';
import { collectionScan, impliesPartial } from './planner.js';
import { predicatesOf } from './predicates.js';
import type { TextIndex } from './text-index.js';
import type { Candidate, CollectionView } from './view.js';

/** A search for the `$text` of a filter. */
export interface TextSearch {
  readonly index: TextIndex;
  /** To the records that hold one of the words. */
  readonly plan: Plan;
  /** How well a candidate fits; undefined when it does not. */
  scoreOf(candidate: Candidate): number | undefined;
}

export const textIndexRequired = (): CommandError =>
  new CommandError('IndexNotFound', 'text index required for $text query');

/** Undefined when the filter asks for no text. @throws CommandError 27 without a text index */
export function textSearch(
  view: CollectionView,
  filter: Document,
  hint: unknown,
): TextSearch | undefined {
  const condition = textConditionOf(filter);
  if (condition === undefined) return undefined;
  const { collection } = view;
  const index = collection.indexes.find((one) => one.kind === 'text');
  if (!index) throw textIndexRequired();
  if (hint !== undefined) throw badValue('text and hint not allowed in same query');
  if (!impliesPartial(index.spec, predicatesOf(filter), filter))
    throw new CommandError(
      'NoQueryExecutionPlans',
      `error processing query: ns=${namespaceOf(collection)} planner returned error :: caused by :: failed to use text index to satisfy $text query`,
    );
  const query = compileTextQuery(condition);
  const found = index.search(query.terms);
  return {
    index,
    plan: { ...collectionScan, records: found.keys() },
    scoreOf({ record, document }) {
      // In a transaction the document may differ from the one that is in the index.
      const indexed = collection.records.get(record) === document;
      const score = indexed ? found.get(record) : index.scoreOf(document, query.terms);
      return score !== undefined && query.accepts(index.textsOf(document)) ? score : undefined;
    },
  };
}
