import { isId } from '@pcc/platform';
import { z } from 'zod';

/** Samples that a router may send at once. */
const maximumSamples = 1_000;
/** The end of ClickHouse's DateTime is 2106. */
const lastMoment = Date.UTC(2100, 0, 1);

const count = z.number().int().min(0);

const sampleForm = z.object({
  id: z.string().refine(isId),
  /** Milliseconds since 1970. */
  occurredAt: count.max(lastMoment),
  operationName: z.string().max(100),
  operationHash: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.enum(['query', 'mutation', 'subscription']),
  transport: z.enum(['http', 'ws']),
  durationMs: z.number().min(0),
  fetches: count.max(2 ** 32 - 1),
  responseBytes: count,
  errorCode: z.string().max(100).nullable(),
  cache: z.enum(['hit', 'miss', 'none']),
});

/** What a router sends: some of the operations that it has answered. */
export const reportForm = z.object({
  /** Which part of all it samples. */
  sampleRate: z.number().gt(0).max(1),
  samples: z.array(sampleForm).max(maximumSamples),
});

export type PerformanceReport = z.output<typeof reportForm>;

export interface OperationPerformance {
  /** Null for operations without a name. */
  readonly operationName: string | null;
  readonly count: bigint;
  readonly errors: bigint;
  readonly samples: bigint;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}
