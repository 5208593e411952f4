import type { UpdateResult } from 'mongodb';
import { filter } from './generate/queries.js';
import { update } from './generate/updates.js';
import type { Chooser } from './operation.js';
import { answerOf, Difference, expectSame, operation } from './operation.js';
import type { Oracle, PlannedUpdate } from './oracle/collection.js';
import { codes, Refusal } from './oracle/refusal.js';
import type { Document } from './oracle/values.js';
import { bytesOf, identical } from './oracle/values.js';

/**
 * Documents are updated in an order that is not told, one by one, until one is refused: those before it keep
 * their new states. So after a refusal each document may be in either state.
 */
export const updateMany: Chooser = (random) => {
  const request = update(random, filter(random));
  const { arrayFilters } = request;
  return operation('updateMany', [request], async (collection, oracle) => {
    const planned = plan(oracle, request);
    const answer = await answerOf(
      collection.updateMany(request.filter, request.update, arrayFilters ? { arrayFilters } : {}),
    );
    if ('code' in answer) checkRefusal(planned, answer.code);
    else checkSuccess(planned, answer.value);
    if (typeof planned === 'number') return;
    const stored = await collection.find().hint({ $natural: 1 }).toArray();
    oracle.adopt(settle(oracle, planned, stored, 'code' in answer));
    if (!oracle.isConsistent()) throw new Difference('unique keys', [], stored);
  });
};

/** The plan, or the code with which the update is refused before any document is looked at. */
function plan(
  oracle: Oracle,
  request: Parameters<Oracle['planUpdateMany']>[0],
): PlannedUpdate | number {
  try {
    return oracle.planUpdateMany(request);
  } catch (error) {
    if (error instanceof Refusal) return error.codes[0] ?? 0;
    throw error;
  }
}

function checkRefusal(planned: PlannedUpdate | number, code: unknown): void {
  if (planned === code) return;
  const allowed = typeof planned === 'number' ? [planned] : [...planned.errors];
  if (typeof planned !== 'number' && planned.mayClash) allowed.push(codes.duplicateKey);
  if (!allowed.includes(Number(code))) throw new Difference('refusal', allowed, code);
}

function checkSuccess(planned: PlannedUpdate | number, answered: UpdateResult): void {
  const { matchedCount, modifiedCount } = answered;
  if (typeof planned === 'number' || planned.errors.size > 0)
    throw new Difference('a refusal', planned, { matchedCount, modifiedCount });
  const { matched, modified } = planned;
  expectSame('counts', [matched, modified], [matchedCount, modifiedCount]);
}

/** The documents as they are now, each of which must be in a state it may be in. */
function settle(
  oracle: Oracle,
  { states }: PlannedUpdate,
  stored: readonly Document[],
  refused: boolean,
): Document[] {
  const byId = new Map(stored.map((found) => [bytesOf(found['_id']), found]));
  return oracle.all().map((document) => {
    const found = byId.get(bytesOf(document['_id']));
    const after = states.get(bytesOf(document['_id']))?.after ?? document;
    if (identical(found, after)) return after;
    if (refused && identical(found, document)) return document;
    throw new Difference('document', after, found);
  });
}
