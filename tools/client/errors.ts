/** Something that a person can act on: shown as it is, without a stack. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
}

/** The answer holds errors: the whole operation, or a part of it, failed. */
export class AnswerError extends ClientError {
  override readonly name = 'AnswerError';
  readonly codes: readonly string[];

  constructor(message: string, codes: readonly string[]) {
    super(message);
    this.codes = codes;
  }
}

/** Whether the platform answered with an error of this code. */
export const hasCode = (error: unknown, code: string): error is AnswerError =>
  error instanceof AnswerError && error.codes.includes(code);

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[] | null;
}

/** The platform understood a mutation and refused it: its `userErrors`. */
export class RefusedError extends ClientError {
  override readonly name = 'RefusedError';
  readonly userErrors: readonly UserError[];

  constructor(operationName: string, userErrors: readonly UserError[]) {
    const reasons = userErrors.map(
      ({ code, message, field }) => `${code}: ${message}${field ? ` (${field.join('.')})` : ''}`,
    );
    super(`${operationName} was refused. ${reasons.join(' ')}`);
    this.userErrors = userErrors;
  }
}

/** Whether the platform refused with this code: what a caller expects, it may handle. */
export const isRefusal = (error: unknown, code: string): error is RefusedError =>
  error instanceof RefusedError && error.userErrors.some((userError) => userError.code === code);
