import DataLoader from 'dataloader';

/**
 * A loader that answers in key order, as DataLoader demands: one row or `null` for each key.
 * Made per request, so its cache never outlives a viewer.
 * @param fetch one statement for all keys of a tick
 */
export const loaderBy = <Key extends string, Row>(
  fetch: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row | null> =>
  new DataLoader(async (keys) => {
    const rows = await fetch(keys);
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });

/** The same for lists: all rows of each key, in the order the store gave them. */
export const listLoaderBy = <Key extends string, Row>(
  fetch: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, readonly Row[]> =>
  new DataLoader(async (keys) => {
    const rows = await fetch(keys);
    const byKey = new Map<Key, Row[]>();
    for (const row of rows) {
      const list = byKey.get(keyOf(row));
      if (list === undefined) byKey.set(keyOf(row), [row]);
      else list.push(row);
    }
    return keys.map((key) => byKey.get(key) ?? []);
  });

export { default as DataLoader } from 'dataloader';
