import { z } from 'zod';

/** Postgres cannot store NUL, and no other control character has business in a line. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f]/;

const withoutNul = (value: string) => !value.includes('\0');

/** One line of text, trimmed, with 1 to `maximum` characters. */
export const line = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1, 'Must not be empty.')
    .max(maximum, `May have ${maximum} characters at most.`)
    .refine((value) => !controlCharacter.test(value), 'Must not have control characters.');

/** Text of any form, such as Markdown; may be empty. */
export const text = (maximum: number) =>
  z
    .string()
    .max(maximum, `May have ${maximum} characters at most.`)
    .refine(withoutNul, 'Must not have NUL characters.');

/** A whole number from `minimum` to `maximum`. */
export const whole = (minimum: number, maximum: number) => {
  const message = `Must be a whole number from ${minimum} to ${maximum}.`;
  return z.number().int(message).min(minimum, message).max(maximum, message);
};

/** Input as GraphQL gives it: any optional field may be null, and the schema says where that is allowed. */
export type Nullish<Fields> = { readonly [Key in keyof Fields]?: Fields[Key] | null | undefined };

/** Drops what was not given, so that an update leaves it as it is. */
export const given = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
