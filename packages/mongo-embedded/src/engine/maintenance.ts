import { bracketOf, descendingKey, orderKey } from '../bson/order.js';
import { valuesAtPath } from '../bson/paths.js';
import type { WriteOperation } from '../storage/store.js';
import { committedView } from './committed-view.js';
import type { Engine } from './engine.js';
import type { Collection } from './model.js';
import type { OrderedIndex } from './ordered-index.js';

/** What MongoDB's background threads do: expire documents, time out cursors and sessions. */
export async function sweep(engine: Engine, now = Date.now()): Promise<void> {
  const operations: WriteOperation[] = engine.sessions.sweep(now);
  engine.cursors.sweep(now);
  for (const collection of engine.catalog.list())
    for (const index of collection.indexes)
      if (index.kind === 'ordered' && index.spec.expireAfterSeconds !== undefined)
        operations.push(...expire(engine, collection, index, now));
  await engine.store.write(operations);
}

/** Deletes what a TTL index says is over, oldest first; records of open transactions stay. */
function expire(
  engine: Engine,
  collection: Collection,
  { spec, entries }: OrderedIndex,
  now: number,
): WriteOperation[] {
  const [field] = spec.fields;
  if (!field) return [];
  const limit = new Date(now - (spec.expireAfterSeconds ?? 0) * 1000);
  const operations: WriteOperation[] = [];
  const view = committedView(collection, engine.transactions, operations);
  const bracket = bracketOf(limit);
  const range =
    field.direction === 1
      ? { low: bracket, high: orderKey(limit) }
      : { low: descendingKey(orderKey(limit)), high: bracketEnd(descendingKey(bracket)) };
  for (const record of [...new Set(entries.values(range))]) {
    const document = collection.records.get(record);
    if (!document || collection.locks.has(record)) continue;
    const dates = valuesAtPath(document, field.parts).values.filter(
      (value) => value instanceof Date,
    );
    const oldest = Math.min(...dates.map((date) => date.getTime()));
    if (oldest < limit.getTime()) view.remove({ record, document });
  }
  return operations;
}

const bracketEnd = (bracket: string): string => String.fromCharCode(bracket.charCodeAt(0) + 1);
