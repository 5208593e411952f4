import type { z } from 'zod';
import { ok, refuseAll, type Result } from './result.js';

/**
 * Checks a mutation's input against a zod schema. Each issue becomes a user error whose `field` starts
 * with `input`. A schema gives its own code with `{ params: { code: 'WEAK_PASSWORD' } }` in `.refine`;
 * otherwise the code is `INVALID_INPUT`.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): Result<z.output<Schema>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  return refuseAll(
    parsed.error.issues.map((issue) => ({
      code: codeOf(issue),
      message: issue.message,
      field: ['input', ...issue.path.map(String)],
    })),
  );
}

function codeOf(issue: z.core.$ZodIssue): string {
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' ? code : 'INVALID_INPUT';
}
