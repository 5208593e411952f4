/** The oracle refuses, as MongoDB does, with one of MongoDB's error codes; sometimes any of several is right. */
export class Refusal extends Error {
  readonly codes: readonly number[];
  constructor(code: number | readonly number[], message: string) {
    super(message);
    this.name = 'Refusal';
    this.codes = typeof code === 'number' ? [code] : code;
  }
}

/** MongoDB's numbers. */
export const codes = {
  badValue: 2,
  typeMismatch: 14,
  pathNotViable: 28,
  conflictingPaths: 40,
  notSingleValue: 54,
  immutable: 66,
  parallelArrays: 171,
  duplicateKey: 11_000,
} as const;
