import { EventEmitter, once } from 'node:events';

/** What is under way, by id: a bounded number at once. */
export interface InFlight {
  has(id: string): boolean;
  /** @param work must not reject */
  start(id: string, work: () => Promise<void>): void;
  /** How many more may be started; waits until it is at least one. */
  room(): Promise<number>;
  /** Settles when everything has. */
  finished(): Promise<void>;
}

export function inFlight(limit: number): InFlight {
  const works = new Map<string, Promise<void>>();
  // Not Promise.race over the works: each race would leave something on those that take long.
  const changes = new EventEmitter();
  return {
    has: (id) => works.has(id),
    start(id, work) {
      const done = work().finally(() => {
        works.delete(id);
        changes.emit('done');
      });
      works.set(id, done);
    },
    async room() {
      while (works.size >= limit) await once(changes, 'done');
      return limit - works.size;
    },
    async finished() {
      await Promise.all(works.values());
    },
  };
}
