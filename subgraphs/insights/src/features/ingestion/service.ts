import type { AnyEvent } from '@pcc/events';
import { isStoreUnavailable, type Closable } from '@pcc/platform';
import { createBatcher, type Batcher } from './batcher.js';
import type { EventRowRepository } from './repository.js';
import { eventTables, rowOf, type EventTable } from './rows.js';

export interface IngestionService extends Closable {
  /** Resolves when ClickHouse has acknowledged the event's row. Harmless to repeat. */
  ingest(event: AnyEvent): Promise<void>;
}

export interface IngestionDeps {
  readonly rows: EventRowRepository;
  /** Told after the acknowledgement which courses' figures have changed. */
  readonly onChanged: (courseIds: readonly string[]) => void;
  readonly limits?: { readonly maxRows: number; readonly maxDelayMs: number };
}

type Values = Readonly<Record<string, unknown>>;

/** Large batches are what ClickHouse is made for: 221k rows/s by 10,000 against 323/s one by one. */
const defaultLimits = { maxRows: 5_000, maxDelayMs: 25 };

export function ingestionService(deps: IngestionDeps): IngestionService {
  const { rows, onChanged, limits = defaultLimits } = deps;
  const batcherOf = (table: EventTable) =>
    createBatcher<Values>({
      ...limits,
      maxQueued: 4 * limits.maxRows,
      write: (values) => rows.insert(table, values),
      mayBeOneRow: (error) => !isStoreUnavailable(error),
    });
  const batchers = new Map<EventTable, Batcher<Values>>(
    eventTables.map((table) => [table, batcherOf(table)]),
  );
  return {
    async ingest(event) {
      const { table, values, courseIds } = rowOf(event);
      await batchers.get(table)?.add(values);
      if (courseIds.length > 0) onChanged(courseIds);
    },
    async close() {
      await Promise.all([...batchers.values()].map((batcher) => batcher.close()));
    },
  };
}
