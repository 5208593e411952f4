/** Lets at most `limit` calls run at once; the rest wait their turn, first come first served. */
export function semaphore(limit: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running < limit) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // inherits the finished call's place
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
