import { z } from 'zod';
import { timeParameter, type ClickHouseReader } from '../../clickhouse.js';
import type { OperationPerformance, PerformanceReport } from './model.js';

const amount = z.coerce.bigint();

const performanceRow = z
  .object({
    name: z.string(),
    count: amount,
    errors: amount,
    samples: amount,
    percentiles: z.tuple([z.number(), z.number(), z.number()]),
  })
  .transform(({ name, percentiles, ...counts }): OperationPerformance => {
    const [p50Ms, p95Ms, p99Ms] = percentiles;
    return { operationName: name === '' ? null : name, ...counts, p50Ms, p95Ms, p99Ms };
  });

type Row = Readonly<Record<string, unknown>>;

export interface ApiPerformanceStore {
  readonly reader: ClickHouseReader;
  /** Resolves when the rows of `api_performance` are safe. @throws AppError STORE_UNAVAILABLE */
  readonly insert: (rows: readonly Row[]) => Promise<void>;
}

export type ApiPerformanceRepository = ReturnType<typeof apiPerformanceRepository>;

export const apiPerformanceRepository = ({ reader, insert }: ApiPerformanceStore) => ({
  add: ({ sampleRate, samples }: PerformanceReport) =>
    insert(
      samples.map((sample) => ({
        event_id: sample.id,
        occurred_at: new Date(sample.occurredAt).toISOString(),
        operation_name: sample.operationName,
        operation_hash: sample.operationHash,
        kind: sample.kind,
        transport: sample.transport,
        cache: sample.cache,
        duration_ms: sample.durationMs,
        fetches: sample.fetches,
        response_bytes: sample.responseBytes,
        error_code: sample.errorCode ?? '',
        sample_rate: sampleRate,
      })),
    ),

  /** By name, those first that took most time in all. FINAL: a sum must see a repeated sample once. */
  byOperation: (from: Date, to: Date, first: number) =>
    reader.select(
      performanceRow,
      `SELECT operation_name AS name,
              toUInt64(round(sum(1 / sample_rate))) AS count,
              toUInt64(round(sumIf(1 / sample_rate, error_code != ''))) AS errors,
              count() AS samples,
              arrayMap(ms -> round(ms, 3), quantilesExactInclusive(0.5, 0.95, 0.99)(duration_ms)) AS percentiles
         FROM api_performance FINAL
        WHERE occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at < {to:DateTime64(3, 'UTC')}
        GROUP BY operation_name
        ORDER BY sum(duration_ms / sample_rate) DESC, operation_name LIMIT {first:UInt32}`,
      { from: timeParameter(from), to: timeParameter(to), first },
    ),
});
