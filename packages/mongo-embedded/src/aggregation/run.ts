import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import { textIndexRequired } from '../engine/text-search.js';
import type { CollectionView } from '../engine/view.js';
import { findCandidates } from '../query/find.js';
import { parseSort } from '../query/sort.js';
import { textConditionOf } from '../text/text-query.js';
import { expressionContext } from './context.js';
import type { Variables } from './expression.js';
import { guard, mingoOptions } from './expression.js';
import { wholeNumber } from './check.js';
import type { AggregationScope } from './scope.js';
import { countShape, impliedByExpression } from './shortcuts.js';
import { ownStages } from './stages.js';
import { plainDocument, toPlain } from './values.js';

/**
 * Runs a checked pipeline over a collection. Leading `$match`, `$sort`, `$skip` and `$limit` become
 * an indexed query that keeps every BSON type; the stages after them run in mingo on plain values.
 */
export function runPipeline(
  view: CollectionView | undefined,
  pipeline: readonly Document[],
  scope: AggregationScope,
): Document[] {
  const { query, rest } = splitQuery(pipeline, scope.variables);
  if (!view && textConditionOf(query.filter) !== undefined) throw textIndexRequired();
  const counted = countShape(rest);
  const found = view
    ? findCandidates(view, {
        ...query,
        hint: scope.hint,
        variables: scope.variables,
        deadline: scope.deadline,
      })
    : [];
  if (counted) return counted(found.length);
  const documents = found.map(({ document }) => document);
  if (rest.length === 0) return documents;
  return runStages(documents.map(plainDocument), rest, scope);
}

/** Runs stages over documents that are already plain copies. */
export function runStages(
  documents: Document[],
  pipeline: readonly Document[],
  scope: AggregationScope,
): Document[] {
  const context = Context.from(
    Context.init().addPipelineOps(ownStages(scope, { runPipeline, runStages })),
    expressionContext,
  );
  const options = {
    ...mingoOptions(scope.variables, context),
    collectionResolver: (name: string) => {
      const view = scope.view(name);
      return view
        ? findCandidates(view, { filter: {} }).map((found) => plainDocument(found.document))
        : [];
    },
  };
  // $match keeps its typed operands; everything else calculates with plain numbers.
  const stages = pipeline.map((stage) => ('$match' in stage ? stage : toPlain(stage)));
  return guard(() => new Aggregator(stages as Record<string, never>[], options).run(documents));
}

interface Query {
  filter: Document;
  sort: ReturnType<typeof parseSort>;
  skip: number;
  limit: number | undefined;
}

function splitQuery(
  pipeline: readonly Document[],
  variables: Variables | undefined,
): { query: Query; rest: Document[] } {
  const filters: Document[] = [];
  let at = 0;
  for (; pipeline[at]?.['$match'] !== undefined; at++) {
    const filter = pipeline[at]?.['$match'];
    if (isDocument(filter)) filters.push(filter, ...impliedByExpression(filter, variables));
  }
  const query: Query = {
    filter: filters.length > 1 ? { $and: filters } : (filters[0] ?? {}),
    sort: [],
    skip: 0,
    limit: undefined,
  };
  if (pipeline[at]?.['$sort'] !== undefined)
    query.sort = parseSort(
      pipeline[at++]?.['$sort'],
      textConditionOf(query.filter) === undefined ? 'elsewhere' : 'scored',
    );
  if (pipeline[at]?.['$skip'] !== undefined)
    query.skip = wholeNumber('$skip', pipeline[at++]?.['$skip'], 0);
  if (pipeline[at]?.['$limit'] !== undefined)
    query.limit = wholeNumber('$limit', pipeline[at++]?.['$limit'], 1);
  return { query, rest: pipeline.slice(at) };
}
