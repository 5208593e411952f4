import { newCancellation, type Cancellation, type Canceller } from './cancellation.js';

/** Runs work once for all who want it at the same time. */
export interface SingleFlight<Value> {
  /**
   * @param work is told when nobody waits for the outcome any more
   * @param waiter of the one who asks: cancelled, she no longer counts; her promise settles with the others'
   * @param detail what else must be the same. Long texts belong here: a key is read to its end each time it is looked
   *   up, a detail only where another with its key is under way
   */
  run(
    key: string,
    waiter: Cancellation | undefined,
    work: (waiters: Cancellation) => Promise<Value>,
    detail?: string,
  ): Promise<Value>;
}

interface Flight<Value> {
  readonly detail: string;
  readonly outcome: Promise<Value>;
  readonly waiters: Canceller;
  waiting: number;
}

export function singleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Set<Flight<Value>>>();

  const find = (key: string, detail: string): Flight<Value> | undefined => {
    for (const flight of flights.get(key) ?? []) if (flight.detail === detail) return flight;
    return undefined;
  };
  const forget = (key: string, flight: Flight<Value>) => {
    const alike = flights.get(key);
    if (alike?.delete(flight) === true && alike.size === 0) flights.delete(key);
  };
  const start = (
    key: string,
    detail: string,
    work: (waiters: Cancellation) => Promise<Value>,
  ): Flight<Value> => {
    const waiters = newCancellation();
    const flight: Flight<Value> = {
      detail,
      waiters,
      waiting: 0,
      outcome: work(waiters).finally(() => forget(key, flight)),
    };
    const alike = flights.get(key) ?? new Set();
    flights.set(key, alike.add(flight));
    return flight;
  };

  return {
    async run(key, waiter, work, detail = '') {
      const flight = find(key, detail) ?? start(key, detail, work);
      flight.waiting++;
      const leave = () => {
        flight.waiting--;
        if (flight.waiting > 0) return;
        // Whoever comes now must not join work that is being given up.
        forget(key, flight);
        flight.waiters.cancel();
      };
      const stopListening = waiter?.onCancel(leave);
      if (waiter?.isCancelled === true) leave();
      try {
        return await flight.outcome;
      } finally {
        stopListening?.();
      }
    },
  };
}
