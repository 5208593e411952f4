export interface BenchmarkOptions {
  /** Whether the last line is to be the figures as JSON. */
  readonly json: boolean;
  /** Leaves out all others, for a quick look while one thing is worked on. */
  readonly only: readonly string[] | undefined;
}
