/** Lets so many pieces of work run at once; others wait for their turn, in order. */
export interface Turns {
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

export function turns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      // Whoever ends hands her turn on, so nobody can come in between.
      if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
