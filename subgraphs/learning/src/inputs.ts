import { z } from 'zod';

/** Postgres cannot store NUL, and no other control character has business in a line. */
const controlCharacter = /\p{Cc}/u;

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

/** An e-mail address as it is stored and compared: in small letters, without spaces around it. */
export const normaliseEmail = (email: string) => email.trim().toLowerCase();

/** An e-mail address, normalised; refused with INVALID_EMAIL. */
export const emailAddress = z
  .string()
  .transform(normaliseEmail)
  .refine((value) => value.length <= 254 && z.email().safeParse(value).success, {
    message: 'This is no e-mail address.',
    params: { code: 'INVALID_EMAIL' },
  });

/** An IANA time zone. */
export const timeZone = z.string().refine(isTimeZone, 'Use an IANA name such as America/Lima.');

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

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
