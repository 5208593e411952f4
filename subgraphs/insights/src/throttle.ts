import type { Closable } from '@pcc/platform';

/** Gathers items and hands them over now and then. */
export interface Throttle<Item> extends Closable {
  add(items: Iterable<Item>): void;
}

export interface ThrottleOptions<Item> {
  /** The least time between the starts of two deliveries. */
  readonly everyMs: number;
  /** Gets everything added since the last delivery. What it rejects is delivered again with the next. */
  deliver(items: ReadonlySet<Item>): Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * The first item after a quiet time goes out at once, later ones together at the end of the interval: never
 * more often than `everyMs`, and the last one is never lost. `close` delivers what is left.
 */
export function createThrottle<Item>(options: ThrottleOptions<Item>): Throttle<Item> {
  let pending = new Set<Item>();
  let timer: NodeJS.Timeout | undefined;
  let delivering: Promise<void> | undefined;
  let closed = false;

  const deliver = async () => {
    const items = pending;
    pending = new Set();
    try {
      await options.deliver(items);
    } catch (error) {
      for (const item of items) pending.add(item);
      options.onError(error);
    }
  };
  const start = () => {
    if (closed || pending.size === 0 || timer !== undefined || delivering !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      start();
    }, options.everyMs);
    delivering = deliver().finally(() => {
      delivering = undefined;
      start();
    });
  };

  return {
    add(items) {
      if (closed) return;
      for (const item of items) pending.add(item);
      start();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await delivering;
      if (pending.size > 0) await deliver();
    },
  };
}
