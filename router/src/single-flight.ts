import { newCancellation, type Cancellation, type Canceller } from './cancellation.js';

/** Runs work once for all who want it at the same time. */
export interface SingleFlight<Value> {
  /**
   * @param work is told when nobody waits for the outcome any more
   * @param waiter of the one who asks: cancelled, she no longer counts; her promise settles with the others'
   */
  run(
    key: string,
    waiter: Cancellation | undefined,
    work: (waiters: Cancellation) => Promise<Value>,
  ): Promise<Value>;
}

interface Flight<Value> {
  readonly outcome: Promise<Value>;
  readonly waiters: Canceller;
  waiting: number;
}

export function singleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();

  const start = (key: string, work: (waiters: Cancellation) => Promise<Value>): Flight<Value> => {
    const waiters = newCancellation();
    const flight = {
      waiters,
      waiting: 0,
      outcome: work(waiters).finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      }),
    };
    flights.set(key, flight);
    return flight;
  };

  return {
    async run(key, waiter, work) {
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting++;
      const leave = () => {
        flight.waiting--;
        if (flight.waiting > 0) return;
        // Whoever comes now must not join work that is being given up.
        if (flights.get(key) === flight) flights.delete(key);
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
