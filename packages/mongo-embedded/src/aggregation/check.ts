import { CommandError, badValue, failedToParse, notImplemented } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, toNumber } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import { compileProjection } from '../query/projection.js';
import { parseSort } from '../query/sort.js';
import { textConditionOf } from '../text/text-query.js';
import { accumulatorNames } from './context.js';
import { checkExpression } from './expression.js';

type CheckStage = (operand: unknown, place: Place) => unknown;

/** Where a stage stands. Text can be searched by the first stage of a pipeline over a collection. */
interface Place {
  readonly first: boolean;
  /** Only `$match` stages come before, the first of which searches text. */
  readonly scored: boolean;
}

const graphLookupFields = [
  ...['from', 'startWith', 'connectFromField', 'connectToField', 'as', 'maxDepth', 'depthField'],
];

/** mingo ignores what it does not know; MongoDB refuses it. */
function only(stage: string, operand: unknown, fields: readonly string[]): void {
  for (const field of Object.keys(document(stage, operand)))
    if (!fields.includes(field)) throw failedToParse(`Unrecognized option to ${stage}: ${field}`);
}

const expressionStage: CheckStage = (operand) => checkExpression(operand);
const anyOperand: CheckStage = () => undefined;

/** The stages this server runs; each checks its operand before any document is read. */
const stages: Record<string, CheckStage> = {
  $addFields: expressionStage,
  $set: expressionStage,
  $project: (operand) => compileProjection(filled('$project', operand)),
  $unset: checkUnset,
  $count: anyOperand,
  $limit: (operand) => wholeNumber('$limit', operand, 1),
  $skip: (operand) => wholeNumber('$skip', operand, 0),
  $sort: (operand, { scored }) =>
    parseSort(filled('$sort', operand), scored ? 'scored' : 'elsewhere'),
  $sample: (operand) => only('$sample', operand, ['size']),
  $sortByCount: expressionStage,
  $replaceRoot: (operand) => {
    only('$replaceRoot', operand, ['newRoot']);
    checkExpression(operand);
  },
  $replaceWith: expressionStage,
  $unwind: checkUnwind,
  $match: (operand, { first }) => checkMatch(document('$match', operand), first),
  $group: (operand) => checkAccumulators('$group', document('$group', operand), ['_id']),
  $bucket: (operand) =>
    checkBucket('$bucket', operand, ['groupBy', 'boundaries', 'default', 'output']),
  $bucketAuto: (operand) => checkBucket('$bucketAuto', operand, ['groupBy', 'buckets', 'output']),
  $facet: (operand) =>
    Object.values(document('$facet', operand)).forEach((pipeline) => checkStages(pipeline, false)),
  $lookup: checkLookup,
  $graphLookup: (operand) => {
    if ('restrictSearchWithMatch' in document('$graphLookup', operand))
      throw notImplemented('restrictSearchWithMatch of $graphLookup');
    only('$graphLookup', operand, graphLookupFields);
  },
  $unionWith: (operand) => {
    if (!isDocument(operand)) return;
    only('$unionWith', operand, ['coll', 'pipeline']);
    if (operand['pipeline'] !== undefined) checkStages(operand['pipeline'], false);
  },
};

/** MongoDB has these, this server does not. */
const known = new Set(
  '$changeStream $collStats $currentOp $densify $documents $fill $geoNear $indexStats $listLocalSessions $listSessions $merge $out $planCacheStats $redact $search $setWindowFields $vectorSearch'.split(
    ' ',
  ),
);

/** Refuses unknown and unimplemented stages and operators anywhere in a pipeline. */
export function checkPipeline(pipeline: unknown): asserts pipeline is Document[] {
  checkStages(pipeline, true);
}

function checkStages(pipeline: unknown, overCollection: boolean): void {
  if (!Array.isArray(pipeline)) throw new CommandError('TypeMismatch', 'a pipeline is an array');
  let scored = false;
  for (const [at, stage] of (pipeline as unknown[]).entries()) {
    const names = isDocument(stage) ? Object.keys(stage) : [];
    const [name] = names;
    if (!isDocument(stage) || name === undefined || names.length !== 1)
      throw new CommandError(
        'PipelineStageShape',
        'A pipeline stage specification object must contain exactly one field.',
      );
    const check = Object.hasOwn(stages, name) ? stages[name] : undefined;
    if (!check && known.has(name)) throw notImplemented(`the pipeline stage ${name}`);
    if (!check)
      throw new CommandError(
        'UnrecognizedPipelineStage',
        `Unrecognized pipeline stage name: '${name}'`,
      );
    const first = overCollection && at === 0;
    check(stage[name], { first, scored });
    if (name !== '$match') scored = false;
    else if (first) scored = textConditionOf(document('$match', stage[name])) !== undefined;
  }
}

function checkMatch(filter: Document, first: boolean): void {
  const searches = textConditionOf(filter) !== undefined;
  if (searches && !first)
    throw new CommandError(
      'TextMatchNotFirst',
      '$match with $text is only allowed as the first pipeline stage',
    );
  compileFilter(filter, { textSearched: searches });
}

function document(stage: string, operand: unknown): Document {
  if (!isDocument(operand)) throw failedToParse(`the operand of ${stage} must be an object`);
  return operand;
}

function filled(stage: string, operand: unknown): Document {
  if (Object.keys(document(stage, operand)).length === 0)
    throw failedToParse(`${stage} must have at least one field`);
  return operand as Document;
}

function checkUnset(operand: unknown): void {
  const names: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
    throw failedToParse('$unset must be a field name or a list of field names');
}

function checkAccumulators(stage: string, operand: Document, others: readonly string[]): void {
  if (stage === '$group' && !('_id' in operand))
    throw new CommandError('GroupWithoutId', 'a group specification must include an _id');
  for (const [field, value] of Object.entries(operand)) {
    if (others.includes(field)) {
      checkExpression(value);
      continue;
    }
    if (field.includes('.') || field.startsWith('$'))
      throw badValue(`The field name '${field}' cannot contain '.' or start with '$'`);
    const [name] = isDocument(value) ? Object.keys(value) : [];
    if (!isDocument(value) || name === undefined)
      throw badValue(`The field '${field}' must be an accumulator object`);
    if (!accumulatorNames.has(name))
      throw new CommandError('UnknownGroupOperator', `unknown group operator '${name}'`);
    checkExpression(value[name]);
  }
}

function checkBucket(stage: string, operand: unknown, fields: readonly string[]): void {
  only(stage, operand, fields);
  const { output, groupBy } = document(stage, operand);
  checkExpression(groupBy);
  if (output !== undefined) checkAccumulators('$bucket', document('output', output), []);
}

function checkUnwind(operand: unknown): void {
  if (isDocument(operand))
    only('$unwind', operand, ['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays']);
  const path = isDocument(operand) ? operand['path'] : operand;
  if (typeof path !== 'string' || !path.startsWith('$'))
    throw badValue(`path option to $unwind stage should be prefixed with a '$': ${String(path)}`);
}

const lookupFields = ['from', 'as', 'localField', 'foreignField', 'let', 'pipeline'];

function checkLookup(operand: unknown): void {
  const lookup = document('$lookup', operand);
  only('$lookup', operand, lookupFields);
  const { from, as, localField, foreignField, pipeline } = lookup;
  if (typeof from !== 'string')
    throw notImplemented('$lookup without from, or into another database');
  if (typeof as !== 'string') throw failedToParse("must specify 'as' field for a $lookup");
  if ((localField === undefined) !== (foreignField === undefined))
    throw failedToParse('$lookup requires both or neither of localField and foreignField');
  if (localField === undefined && pipeline === undefined)
    throw failedToParse(
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField'",
    );
  if (pipeline !== undefined) checkPipeline(pipeline);
  if (lookup['let'] !== undefined) checkExpression(lookup['let']);
}

export function wholeNumber(name: string, value: unknown, least: number): number {
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number) || number < least)
    throw badValue(
      `invalid argument to ${name} stage: expected a whole number of at least ${least}`,
    );
  return number;
}
