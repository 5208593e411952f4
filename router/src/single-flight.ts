/** Runs work once for all who want it at the same time. */
export interface SingleFlight<Value> {
  /**
   * @param work gets a signal that aborts when nobody waits for the outcome any more
   * @param signal of the one who asks: aborted, she no longer counts; her promise settles with the others'
   */
  run(
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value>;
}

interface Flight<Value> {
  readonly outcome: Promise<Value>;
  readonly abort: AbortController;
  waiting: number;
}

export function singleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();

  const start = (key: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> => {
    const abort = new AbortController();
    const flight = {
      abort,
      waiting: 0,
      outcome: work(abort.signal).finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      }),
    };
    flights.set(key, flight);
    return flight;
  };

  return {
    async run(key, signal, work) {
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting++;
      const leave = () => {
        flight.waiting--;
        if (flight.waiting > 0) return;
        // Whoever comes now must not join work that is being given up.
        if (flights.get(key) === flight) flights.delete(key);
        flight.abort.abort();
      };
      if (signal?.aborted === true) leave();
      else signal?.addEventListener('abort', leave, { once: true });
      try {
        return await flight.outcome;
      } finally {
        signal?.removeEventListener('abort', leave);
      }
    },
  };
}
