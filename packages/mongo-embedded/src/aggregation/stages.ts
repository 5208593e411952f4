import type { Context } from 'mingo/core';
import type { Iterator } from 'mingo/lazy';
import { Lazy } from 'mingo/lazy';
import type { Options } from 'mingo/types';
import { orderKey } from '../bson/order.js';
import { setNested, valuesAtPath, emptyArray } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { setField } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import { compileProjection } from '../query/projection.js';
import { parseSort, sortBy } from '../query/sort.js';
import type { CollectionView } from '../engine/view.js';
import { findCandidates } from '../query/find.js';
import { evaluate } from './context.js';
import { mingoOptions } from './expression.js';
import { plainDocument } from './values.js';
import type { AggregationScope } from './scope.js';

type Stage = (documents: Iterator, operand: unknown, options: Options) => Iterator;

/** How `$lookup` runs pipelines; passed in, because running pipelines needs these stages. */
export interface PipelineRunner {
  runPipeline: RunPipeline<CollectionView | undefined>;
  runStages: RunPipeline<Document[]>;
}

type RunPipeline<Source> = (
  source: Source,
  pipeline: readonly Document[],
  scope: AggregationScope,
) => Document[];

/** The stages that must agree with this server's own filters, order and indexes. */
export function ownStages(
  scope: AggregationScope,
  runner: PipelineRunner,
): Parameters<Context['addPipelineOps']>[0] {
  const stages: Record<string, Stage> = {
    $match: (documents, operand) =>
      documents.filter(compileFilter(operand as Document, { variables: scope.variables ?? {} })),
    $sort: (documents, operand) =>
      documents.transform((items: Document[]) =>
        Lazy(sortBy(items, parseSort(operand), (document) => ({ document }))),
      ),
    $project: (documents, operand) =>
      documents.map(compileProjection(operand as Document, { variables: scope.variables })),
    $group: (documents, operand, options) =>
      documents.transform((items: Document[]) => Lazy(group(items, operand as Document, options))),
    $sortByCount: (documents, operand, options) =>
      documents.transform((items: Document[]) => {
        const groups = group(items, { _id: operand, count: { $sum: 1 } }, options);
        return Lazy(sortBy(groups, parseSort({ count: -1 }), (document) => ({ document })));
      }),
    $lookup: (documents, operand) => documents.map(lookup(operand as Lookup, scope, runner)),
  };
  return stages;
}

/** Groups by BSON equality; accumulators are evaluated over the members of each group. */
function group(items: readonly Document[], spec: Document, options: Options): Document[] {
  const { _id: key, ...fields } = spec;
  const groups = new Map<string, { id: unknown; members: Document[] }>();
  for (const item of items) {
    const id = evaluate(item, key, options) ?? null;
    const bucket = orderKey(id);
    const existing = groups.get(bucket);
    if (existing) existing.members.push(item);
    else groups.set(bucket, { id, members: [item] });
  }
  return [...groups.values()].map(({ id, members }) => {
    const result: Document = { _id: id };
    for (const field of Object.keys(fields))
      result[field] = evaluate(members, fields[field], options);
    return result;
  });
}

interface Lookup {
  from: string;
  as: string;
  localField?: string;
  foreignField?: string;
  let?: Document;
  pipeline?: Document[];
}

function lookup(
  spec: Lookup,
  scope: AggregationScope,
  { runPipeline: run, runStages: runRest }: PipelineRunner,
): (document: Document) => Document {
  const foreign = scope.view(spec.from);
  return (document) => {
    const bindings = spec.let ? letVariables(spec.let, document, scope) : {};
    const inner = { ...scope, hint: undefined, variables: { ...scope.variables, ...bindings } };
    let joined: Document[];
    if (spec.localField === undefined || spec.foreignField === undefined)
      joined = run(foreign, spec.pipeline ?? [], inner).map(plainDocument);
    else {
      joined = joinEqual(foreign, document, spec.localField, spec.foreignField);
      if (spec.pipeline) joined = runRest(joined, spec.pipeline, inner);
    }
    const result = { ...document };
    setNested(result, spec.as.split('.'), joined);
    return result;
  };
}

function joinEqual(
  foreign: CollectionView | undefined,
  document: Document,
  localField: string,
  foreignField: string,
): Document[] {
  if (!foreign) return [];
  const { values } = valuesAtPath(document, localField.split('.'));
  const present = values.filter((value) => value !== emptyArray && value !== undefined);
  // Nothing there, an empty array included, joins with what is null or missing.
  const wanted = present.length === 0 ? [null] : present;
  const filter = { [foreignField]: wanted.length === 1 ? { $eq: wanted[0] } : { $in: wanted } };
  return findCandidates(foreign, { filter }).map((found) => plainDocument(found.document));
}

function letVariables(spec: Document, document: Document, scope: AggregationScope): Document {
  const options = mingoOptions(scope.variables);
  const variables: Document = {};
  for (const name of Object.keys(spec))
    setField(variables, name, evaluate(document, spec[name], options));
  return variables;
}
