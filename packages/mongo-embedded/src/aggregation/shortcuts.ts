import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import { equalValues } from '../bson/order.js';
import type { Variables } from './expression.js';

/** `countDocuments` sends exactly this group; it needs no document, only how many there are. */
export function countShape(rest: readonly Document[]): ((count: number) => Document[]) | undefined {
  const [stage] = rest;
  if (rest.length !== 1 || !stage) return undefined;
  if (equalValues(stage, { $group: { _id: 1, n: { $sum: 1 } } }))
    return (count) => (count === 0 ? [] : [{ _id: 1, n: count }]);
  const name = stage['$count'];
  if (typeof name === 'string' && /^[^$.]+$/.test(name))
    return (count) => (count === 0 ? [] : [{ [name]: count }]);
  return undefined;
}

/**
 * `{ $expr: { $eq: ['$field', '$$variable'] } }` cannot use an index, the equality it implies can:
 * this is what keeps a correlated `$lookup` from reading the whole foreign collection per document.
 */
export function impliedByExpression(
  filter: Document,
  variables: Variables | undefined,
): Document[] {
  const expression = filter['$expr'];
  if (!isDocument(expression)) return [];
  const parts = Array.isArray(expression['$and'])
    ? (expression['$and'] as unknown[])
    : [expression];
  return parts.flatMap((part) => {
    const pair = isDocument(part) ? part['$eq'] : undefined;
    if (!Array.isArray(pair) || pair.length !== 2) return [];
    const [left, right] = pair as [unknown, unknown];
    return [implied(left, right, variables), implied(right, left, variables)].filter(
      (condition) => condition !== undefined,
    );
  });
}

function implied(
  field: unknown,
  value: unknown,
  variables: Variables | undefined,
): Document | undefined {
  if (typeof field !== 'string' || !/^\$[^$.]+$/.test(field)) return undefined;
  const name = typeof value === 'string' ? /^\$\$([^.]+)$/.exec(value)?.[1] : undefined;
  if (name === undefined || !variables || !Object.hasOwn(variables, name)) return undefined;
  const known = variables[name];
  // Only scalars: on arrays and documents `$expr` and a filter compare differently.
  const scalar =
    known !== null && known !== undefined && !Array.isArray(known) && !isDocument(known);
  return scalar && !(known instanceof RegExp) ? { [field.slice(1)]: { $eq: known } } : undefined;
}
