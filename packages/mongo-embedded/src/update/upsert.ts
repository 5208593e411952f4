import { ObjectId } from 'bson';
import { CommandError } from '../errors.js';
import { compareKeys } from '../bson/order.js';
import { setNested } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { clone, isDocument } from '../bson/types.js';
import { hasOperators } from '../query/filter.js';
import { isRegex } from '../query/operators.js';
import type { CompiledUpdate } from './apply.js';

/** The document an upsert inserts: the filter's equalities, then the update. */
export function upsertDocument(filter: Document, update: CompiledUpdate): Document {
  const base: Document = {};
  const equalities = new Map<string, unknown>();
  collectEqualities(filter, equalities);
  if (update.replacement) {
    if (equalities.has('_id')) base['_id'] = equalities.get('_id');
  } else
    for (const [path, value] of inOrder(equalities)) setNested(base, path.split('.'), clone(value));
  return withObjectId(update.apply(base, true));
}

/** MongoDB writes the equalities in the order of their paths, and refuses one inside another. */
function inOrder(equalities: ReadonlyMap<string, unknown>): [path: string, value: unknown][] {
  const sorted = [...equalities].sort(([left], [right]) => compareKeys(left, right));
  for (const [path] of sorted) {
    const outer = sorted.find(([other]) => path.startsWith(`${other}.`));
    if (outer)
      throw new CommandError(
        'NotSingleValueField',
        `cannot infer query fields to set, both paths '${path}' and '${outer[0]}' are matched`,
      );
  }
  return sorted;
}

/** MongoDB puts `_id` first and makes one where it is missing. */
export function withObjectId(document: Document): Document {
  const [first] = Object.keys(document);
  if (first === '_id' && document['_id'] !== undefined) return document;
  const { _id = new ObjectId(), ...fields } = document;
  return { _id, ...fields };
}

function collectEqualities(filter: Document, found: Map<string, unknown>): void {
  for (const key of Object.keys(filter)) {
    const operand = filter[key];
    if (key === '$and' && Array.isArray(operand)) {
      for (const item of operand as unknown[]) if (isDocument(item)) collectEqualities(item, found);
    } else if (key === '$or' && Array.isArray(operand)) {
      if (operand.length === 1 && isDocument(operand[0])) collectEqualities(operand[0], found);
    } else if (!key.startsWith('$')) {
      const value = equalValue(operand);
      if (value === undefined) continue;
      if (found.has(key))
        throw new CommandError(
          'NotSingleValueField',
          `cannot infer query fields to set, path '${key}' is matched twice`,
        );
      found.set(key, value);
    }
  }
}

function equalValue(operand: unknown): unknown {
  if (isRegex(operand)) return undefined;
  if (!hasOperators(operand)) return operand;
  if ('$eq' in operand) return operand['$eq'];
  const only = operand['$in'] ?? operand['$all'];
  return Array.isArray(only) && only.length === 1 ? (only[0] as unknown) : undefined;
}
