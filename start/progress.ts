/** Shows what the program does while it works: one line for each finished step, with its milliseconds. */
export interface Progress {
  step<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
  line(text: string): void;
}

export function consoleProgress(write: (text: string) => void): Progress {
  return {
    async step(name, work) {
      const started = performance.now();
      const value = await work();
      write(`  ✓ ${name} (${Math.round(performance.now() - started)} ms)\n`);
      return value;
    },
    line: (text) => write(`${text}\n`),
  };
}

export const silentProgress: Progress = { step: (_name, work) => work(), line: () => undefined };
