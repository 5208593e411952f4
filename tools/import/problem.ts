/** Something in the source that could not be taken over as it is; the rest is. */
export interface Problem {
  /** From the source folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export const describeProblem = ({ file, line, reason }: Problem): string =>
  `${file}:${line}: ${reason}`;

/** Collects problems while rows are read. */
export type Report = (problem: Problem) => void;
