import { badValue } from '../errors.js';
import { compareKeys, compareValues, descendingKey, orderKey } from '../bson/order.js';
import { getPath } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { clone, isDocument, toNumber } from '../bson/types.js';
import { parseSort } from '../query/sort.js';

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
  // Here MongoDB compares fields as they are: an array does not count by its lowest element.
  const fields = parseSort(sort);
  const keyOf = (item: unknown): string =>
    fields
      .map(({ parts, direction }) => {
        const key = orderKey(isDocument(item) ? getPath(item, parts) : undefined);
        return direction === 1 ? key : descendingKey(key);
      })
      .join('');
  return array
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((left, right) => compareKeys(left.key, right.key))
    .map(({ item }) => item);
}
