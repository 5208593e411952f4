import { CommandError } from '../errors.js';
import type { Document } from '../bson/types.js';
import type { Plan } from '../engine/planner.js';
import { planQuery } from '../engine/planner.js';
import { textSearch } from '../engine/text-search.js';
import type { Candidate, CollectionView } from '../engine/view.js';
import { compileFilter } from './filter.js';
import type { SortField } from './sort.js';
import { sortBy } from './sort.js';

export interface FindRequest {
  filter: Document;
  sort?: readonly SortField[];
  skip?: number;
  limit?: number | undefined;
  hint?: unknown;
  variables?: Record<string, unknown> | undefined;
  deadline?: Deadline | undefined;
}

/** Throws MaxTimeMSExpired when the client's `maxTimeMS` is over. */
export type Deadline = () => void;

export function deadlineAfter(milliseconds: number | undefined): Deadline | undefined {
  if (!milliseconds) return undefined;
  const end = Date.now() + milliseconds;
  return () => {
    if (Date.now() > end)
      throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit');
  };
}

/** The matching documents with their record numbers, in the wanted order. */
export function findCandidates(view: CollectionView, request: FindRequest): Candidate[] {
  const { filter, sort = [], skip = 0, limit, hint, deadline } = request;
  const text = textSearch(view, filter, hint);
  const matches = compileFilter(filter, {
    variables: request.variables ?? {},
    textSearched: text !== undefined,
  });
  const plan = text?.plan ?? planOf(view, request);
  const ordered = sort.length === 0 || (plan.sorted && view.keepsOrder());
  const enough = ordered && limit !== undefined ? skip + limit : Infinity;
  const found: Candidate[] = [];
  let examined = 0;
  if (enough > 0) {
    for (const candidate of view.candidates(plan)) {
      if (deadline && ++examined % 256 === 0) deadline();
      if (!matches(candidate.document)) continue;
      const textScore = text?.scoreOf(candidate);
      if (text && textScore === undefined) continue;
      found.push(textScore === undefined ? candidate : { ...candidate, textScore });
      if (found.length >= enough) break;
    }
  }
  const inOrder = ordered ? found : sortBy(found, sort, (candidate) => candidate);
  if (skip === 0 && limit === undefined) return inOrder;
  return inOrder.slice(skip, limit === undefined ? undefined : skip + limit);
}

const planOf = (view: CollectionView, { filter, sort = [], limit, hint }: FindRequest): Plan =>
  planQuery(view.collection.indexes, { filter, sort, limited: limit !== undefined, hint });

/** For `explain`: which index a query would use. */
export function explainPlan(view: CollectionView, request: FindRequest): Document {
  const { filter, sort = [], hint } = request;
  const text = textSearch(view, filter, hint);
  const plan = text?.plan ?? planOf(view, request);
  if (text) {
    const search = { stage: 'TEXT_MATCH', indexName: text.index.spec.name };
    return { winningPlan: sort.length > 0 ? { stage: 'SORT', inputStage: search } : search };
  }
  const scan = plan.index
    ? {
        stage: 'IXSCAN',
        indexName: plan.index.spec.name,
        direction: plan.reverse ? 'backward' : 'forward',
      }
    : { stage: 'COLLSCAN' };
  const fetch = plan.index ? { stage: 'FETCH', filter, inputStage: scan } : { ...scan, filter };
  const winningPlan =
    sort.length > 0 && !plan.sorted ? { stage: 'SORT', inputStage: fetch } : fetch;
  return { winningPlan, rejectedPlans: [] };
}
