import type { Result, UserError } from '../result.js';

interface Refusals {
  userErrors: { code: string; message: string; field: string[] | null }[];
}

const shown = ({ code, message, field }: UserError) => ({
  code,
  message,
  field: field === undefined ? null : [...field],
});

/**
 * Turns a service's result into a mutation payload: `{ [key]: value, userErrors }`.
 * @example payload('course', await context.courses.create(viewer, input))
 */
export function payload<Key extends string, Value>(
  key: Key,
  result: Result<Value>,
): Record<Key, Value | null> & Refusals {
  const value = result.ok ? result.value : null;
  const userErrors = result.ok ? [] : result.errors.map(shown);
  return { [key]: value, userErrors } as Record<Key, Value | null> & Refusals;
}
