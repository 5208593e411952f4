/** Gathers single rows into batches. A row's promise settles only when its own batch was written or failed. */
export interface Batcher<Row> {
  /** Resolves when the row is safe. Waits first while too many others are queued. */
  add(row: Row): Promise<void>;
  /** Writes what is queued and takes nothing more. */
  close(): Promise<void>;
}

export interface BatcherOptions<Row> {
  /** Resolves when the store has acknowledged all the rows. One call runs at a time. */
  write(rows: readonly Row[]): Promise<void>;
  /**
   * Whether a single row may be at fault. Then the halves of the batch are tried apart, so that one bad row
   * never takes its neighbours down.
   */
  mayBeOneRow(error: unknown): boolean;
  readonly maxRows: number;
  /** How long a lone row waits for company. */
  readonly maxDelayMs: number;
  /** Beyond this many queued rows `add` waits: the backpressure. */
  readonly maxQueued: number;
}

interface Entry<Row> {
  readonly row: Row;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class BatcherClosedError extends Error {
  // By this name the platform knows that the event is not at fault and is to be delivered again.
  override readonly name = 'StoreClosedError';
}

export function createBatcher<Row>(options: BatcherOptions<Row>): Batcher<Row> {
  const { maxRows, maxDelayMs, maxQueued } = options;
  const queue: Entry<Row>[] = [];
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;

  const settle = async (entries: readonly Entry<Row>[]): Promise<void> => {
    try {
      await options.write(entries.map(({ row }) => row));
    } catch (error) {
      if (entries.length > 1 && options.mayBeOneRow(error)) {
        const middle = entries.length >> 1;
        await settle(entries.slice(0, middle));
        await settle(entries.slice(middle));
      } else {
        for (const { reject } of entries) reject(error);
      }
      return;
    }
    for (const { resolve } of entries) resolve();
  };
  const drain = async () => {
    while (queue.length > 0) {
      const batch = queue.splice(0, maxRows);
      const released = waiting;
      waiting = [];
      for (const release of released) release();
      await settle(batch);
    }
  };
  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    // While one batch is written the next one gathers: under load batches grow by themselves.
    writing ??= drain().finally(() => {
      writing = undefined;
      // A row may have come between the last look at the queue and this moment.
      if (queue.length > 0) start();
    });
  };

  return {
    async add(row) {
      while (queue.length >= maxQueued && !closed) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      if (closed) throw new BatcherClosedError('Ingestion has stopped.');
      await new Promise<void>((resolve, reject) => {
        queue.push({ row, resolve, reject });
        if (queue.length >= maxRows) start();
        else if (writing === undefined) timer ??= setTimeout(start, maxDelayMs);
      });
    },
    async close() {
      closed = true;
      for (const release of waiting) release();
      start();
      while (writing !== undefined) await writing;
    },
  };
}
