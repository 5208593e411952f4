import type { Closable, Logger } from '@pcc/platform';
import type { OperationListener } from './observation.js';
import { operationHash, operationName } from './operation-hash.js';

export interface SlowOperationsOptions {
  /** In milliseconds: what takes longer is logged. */
  readonly thresholdMs: number;
  readonly logger: Logger;
  /** Lines within a minute; the rest is only counted. */
  readonly linesPerMinute?: number;
  readonly windowMs?: number;
}

const defaultLines = 60;
const minuteMs = 60_000;

/**
 * Logs each operation that was slow, once, with where its time went. When all are slow, because a store is, the log
 * must not be what brings the router down: beyond some lines a minute it only counts, and tells the count at the
 * minute's end.
 */
export function slowOperations(options: SlowOperationsOptions): Closable & {
  readonly listener: OperationListener;
} {
  const { thresholdMs, logger, linesPerMinute = defaultLines, windowMs = minuteMs } = options;
  let lines = 0;
  let unlogged = 0;
  let timer: NodeJS.Timeout | undefined;

  const endWindow = () => {
    clearTimeout(timer);
    timer = undefined;
    if (unlogged > 0) logger.warn({ count: unlogged }, 'more operations were slow');
    lines = 0;
    unlogged = 0;
  };

  return {
    listener(finished) {
      if (finished.durationMs <= thresholdMs) return;
      timer ??= setTimeout(endWindow, windowMs).unref();
      if (lines >= linesPerMinute) {
        unlogged++;
        return;
      }
      lines++;
      const { prepared, transport, requestId, traceId, cache, errorCount, durationMs } = finished;
      logger.warn(
        {
          requestId,
          traceId,
          ...(prepared === undefined
            ? {}
            : {
                operation: operationName(prepared),
                hash: operationHash(prepared),
                kind: prepared.kind,
              }),
          transport,
          durationMs: Math.round(durationMs),
          fetches: Object.fromEntries(
            [...(finished.fetches ?? [])].map(([subgraph, { count, milliseconds }]) => [
              subgraph,
              { count, ms: Math.round(milliseconds) },
            ]),
          ),
          cache,
          errors: errorCount,
        },
        'slow operation',
      );
    },
    close: async () => endWindow(),
  };
}
