import type { Document } from '../bson/types.js';
import { isDocument, isTruthy, toNumber } from '../bson/types.js';
import { CommandError, badValue, failedToParse } from '../errors.js';
import { textIndexRequired } from '../engine/text-search.js';
import type { FindRequest } from '../query/find.js';
import { explainPlan, findCandidates } from '../query/find.js';
import { compileFilter } from '../query/filter.js';
import { compileProjection } from '../query/projection.js';
import { parseSort } from '../query/sort.js';
import type { Scored } from '../text/meta.js';
import { textConditionOf } from '../text/text-query.js';
import { elementMatcher } from '../update/targets.js';
import { distinctValues } from './distinct.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, countOption, documentOption, refuseOptions } from './context.js';

const unsupported = [
  'collation',
  'min',
  'max',
  'returnKey',
  'showRecordId',
  'tailable',
  'awaitData',
  'oplogReplay',
];

/** The parts of a query that find, count, distinct and explain share. */
function findRequest(command: Document, context: CommandContext, filterField: string): FindRequest {
  const limit = countOption({ limit: absolute(command['limit']) }, 'limit');
  const filter = documentOption(command, filterField);
  return {
    filter,
    sort: parseSort(command['sort'], scoredBy(filter)),
    skip: countOption(command, 'skip') ?? 0,
    limit: limit === 0 ? undefined : limit,
    hint: command['hint'],
    variables: documentOption(command, 'let'),
    deadline: context.deadline,
  };
}

const scoredBy = (filter: Document): Scored =>
  textConditionOf(filter) === undefined ? 'unscored' : 'scored';

/** A negative limit means "this many, in a single batch". */
function absolute(limit: unknown): unknown {
  const number = toNumber(limit);
  return number === undefined ? limit : Math.abs(number);
}

export const find: Command = {
  fields: [
    ...unsupported,
    ...['filter', 'sort', 'projection', 'hint', 'skip', 'limit', 'batchSize', 'singleBatch', 'let'],
    ...['noCursorTimeout', 'allowDiskUse', 'allowPartialResults'],
  ],
  transactional: true,
  run(command, context) {
    refuseOptions(command, unsupported);
    const name = collectionName(command, 'find');
    const request = findRequest(command, context, 'filter');
    const project = compileProjection(documentOption(command, 'projection'), {
      variables: request.variables,
      matchedElement: elementMatcher(request.filter),
      scored: scoredBy(request.filter),
    });
    const view = context.view(name);
    // A wrong filter is refused also where there is no collection yet.
    if (!view) checkFilter(request.filter);
    const found = view ? findCandidates(view, request) : [];
    const namespace = `${context.database}.${name}`;
    const { batch, id } = context.engine.cursors.open(
      found.map(({ document, textScore }) => project(document, textScore)),
      {
        namespace,
        batchSize: countOption(command, 'batchSize'),
        singleBatch: isTruthy(command['singleBatch']) || (toNumber(command['limit']) ?? 0) < 0,
        session: context.session?.id,
      },
    );
    return { cursor: { firstBatch: batch, id, ns: namespace } };
  },
};

function checkFilter(filter: Document): void {
  if (textConditionOf(filter) !== undefined) throw textIndexRequired();
  compileFilter(filter);
}

export const count: Command = {
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  run(command, context) {
    refuseOptions(command, ['collation', 'fields']);
    const view = context.view(collectionName(command, 'count'));
    const request = findRequest(command, context, 'query');
    if (!view) return { n: 0 };
    const all = Object.keys(request.filter).length === 0 && !request.skip && !request.limit;
    return { n: all ? view.size() : findCandidates(view, request).length };
  },
};

export const distinct: Command = {
  fields: ['key', 'query', 'collation', 'hint'],
  transactional: true,
  run(command, context) {
    refuseOptions(command, ['collation']);
    const { key } = command;
    if (typeof key !== 'string' || key === '') throw badValue('distinct needs a key');
    const view = context.view(collectionName(command, 'distinct'));
    const found = view ? findCandidates(view, findRequest(command, context, 'query')) : [];
    return {
      values: distinctValues(
        found.map(({ document }) => document),
        key,
      ),
    };
  },
};

export const getMore: Command = {
  fields: ['collection', 'batchSize'],
  transactional: true,
  run(command, context) {
    const id = command['getMore'];
    if (typeof id !== 'bigint') throw failedToParse("Field 'getMore' must be of type long");
    const namespace = `${context.database}.${collectionName(command, 'collection')}`;
    const next = context.engine.cursors.next(id, namespace, countOption(command, 'batchSize'));
    return { cursor: { nextBatch: next.batch, id: next.id, ns: namespace } };
  },
};

export const killCursors: Command = {
  fields: ['cursors'],
  run(command, { engine }) {
    const ids = command['cursors'];
    if (!Array.isArray(ids)) throw failedToParse("Field 'cursors' must be an array");
    const killed = (ids as bigint[]).filter((id) => engine.cursors.kill(id));
    const notFound = (ids as bigint[]).filter((id) => !killed.includes(id));
    return {
      cursorsKilled: killed,
      cursorsNotFound: notFound,
      cursorsAlive: [],
      cursorsUnknown: [],
    };
  },
};

export const explain: Command = {
  fields: ['verbosity'],
  run(command, context) {
    const inner = command['explain'];
    if (!isDocument(inner) || Object.keys(inner)[0] !== 'find')
      throw new CommandError('NotImplemented', 'explain is implemented for find only');
    const view = context.view(collectionName(inner, 'find'));
    if (!view) return { queryPlanner: { winningPlan: { stage: 'EOF' }, rejectedPlans: [] } };
    return { queryPlanner: explainPlan(view, findRequest(inner, context, 'filter')) };
  },
};
