import { ClientError } from '../client/errors.js';

/**
 * Keeps the given order, except that what an item needs comes first. Needs that are not among the items are ignored.
 * @throws ClientError when items wait for each other
 */
export function inPrerequisiteOrder<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  needsOf: (item: Item) => readonly string[],
): Item[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  const ordered = new Set<Item>();
  const open = new Set<Item>();
  const add = (item: Item): void => {
    if (ordered.has(item)) return;
    if (open.has(item)) throw new ClientError(`“${keyOf(item)}” waits for itself`);
    open.add(item);
    for (const key of needsOf(item)) {
      const needed = byKey.get(key);
      if (needed !== undefined) add(needed);
    }
    open.delete(item);
    ordered.add(item);
  };
  items.forEach(add);
  return [...ordered];
}
