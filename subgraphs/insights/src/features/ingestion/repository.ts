import { ClickHouseError, type ClickHouseClient } from '@clickhouse/client';
import { AppError } from '@pcc/platform';
import type { EventTable } from './rows.js';

/**
 * ClickHouse's codes for "not now": timeouts, too many queries or parts, out of memory or disk, read-only,
 * not migrated yet, no quorum, wrong credentials. No event is at fault, so it is delivered again later.
 */
const notNow = new Set(
  '60 81 159 164 192 193 194 195 198 201 202 203 209 210 216 225 236 241 242 243 252 285 319 394 425 473 497 516 999'.split(
    ' ',
  ),
);

/** Tables of rows that may be inserted again without harm. */
type Table = EventTable | 'api_performance';

export type EventRowRepository = ReturnType<typeof eventRowRepository>;

export const eventRowRepository = (client: ClickHouseClient) => ({
  /**
   * Resolves when ClickHouse has acknowledged the rows. Inserting a row again does no harm.
   * @throws AppError STORE_UNAVAILABLE when nothing is wrong with the rows; ClickHouseError otherwise
   */
  async insert(table: Table, rows: readonly Readonly<Record<string, unknown>>[]) {
    try {
      await client.insert({
        table,
        values: rows,
        format: 'JSONEachRow',
        // On a cluster a repeated block would be dropped before the views had seen it; the tables drop
        // repeated rows by themselves, and the views take them without harm.
        clickhouse_settings: { insert_deduplicate: 0 },
      });
    } catch (error) {
      if (error instanceof ClickHouseError && !notNow.has(error.code)) throw error;
      throw new AppError('STORE_UNAVAILABLE', undefined, { store: 'clickhouse' }, { cause: error });
    }
  },
});
