/**
 * A business refusal is data, not an exception: services return a `Result`, and resolvers turn a refusal
 * into `userErrors` of the payload.
 */
export interface UserError {
  /** A stable code that clients may switch on, in capitals: `COURSE_FULL`. */
  readonly code: string;
  /** An English sentence for developers; clients translate by `code`. */
  readonly message: string;
  /** Path of the input field at fault, from the mutation's arguments: `['input', 'email']`. */
  readonly field?: readonly string[];
}

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly UserError[] };

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value });

/** Refuses with one error. `field` is dotted: `'input.email'`. */
export const refuse = (code: string, message: string, field?: string): Result<never> =>
  refuseAll([userError(code, message, field)]);

export const refuseAll = (errors: readonly UserError[]): Result<never> => ({ ok: false, errors });

export const userError = (code: string, message: string, field?: string): UserError => ({
  code,
  message,
  ...(field === undefined ? {} : { field: field.split('.') }),
});
