import { badValue } from '../errors.js';
import { compareValues } from '../bson/order.js';
import type { Document } from '../bson/types.js';
import { clone, isDocument, toNumber } from '../bson/types.js';
import { parseSort, sortBy } from '../query/sort.js';

const modifiers = ['$each', '$position', '$slice', '$sort'];

/** `$push` with its modifiers: insert at `$position`, then `$sort`, then `$slice`. */
export function push(array: readonly unknown[], operand: unknown): unknown[] {
  if (!isDocument(operand) || !('$each' in operand)) return [...array, clone(operand)];
  for (const name of Object.keys(operand))
    if (!modifiers.includes(name)) throw badValue(`Unrecognized clause in $push: ${name}`);
  const each = operand['$each'];
  if (!Array.isArray(each)) throw badValue('The argument to $each in $push must be an array');
  const result = [...array];
  result.splice(whole(operand, '$position') ?? result.length, 0, ...(clone(each) as unknown[]));
  const sorted = operand['$sort'] === undefined ? result : sortElements(result, operand['$sort']);
  const slice = whole(operand, '$slice');
  if (slice === undefined) return sorted;
  return slice >= 0 ? sorted.slice(0, slice) : sorted.slice(slice);
}

function whole(operand: Document, name: string): number | undefined {
  if (operand[name] === undefined) return undefined;
  const number = toNumber(operand[name]);
  if (number === undefined || !Number.isInteger(number))
    throw badValue(`The value for ${name} must be an integer value`);
  return number;
}

function sortElements(array: readonly unknown[], sort: unknown): unknown[] {
  const direction = toNumber(sort);
  if (direction === 1 || direction === -1)
    return [...array].sort((left, right) => compareValues(left, right) * direction);
  return sortBy(array, parseSort(sort), (item) => (isDocument(item) ? item : {}));
}
