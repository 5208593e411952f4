import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { userError, type UserError } from '@pcc/platform';

const minimumLength = 10;
/** Argon2 takes any length, but nobody types more; this bounds the work. */
const maximumLength = 200;
const minimumDistinct = 5;

/** Long enough for the rule, and still the first that anyone tries. */
const wellKnown = new Set([
  'password12',
  'password123',
  'password1234',
  'passw0rd123',
  'contraseña',
  'contrasena',
  'contraseña123',
  'contrasena123',
  'senha12345',
  'qwertyuiop',
  'qwerty12345',
  'qwerty123456',
  '1q2w3e4r5t',
  'letmein123',
  'welcome123',
  'iloveyou123',
  'administrator',
  '1234567890',
  '0123456789',
  '0987654321',
  'abcdefghij',
  'abcdefghijkl',
]);

/**
 * What is wrong with a new password; empty when it will do.
 * @param email normalised; @param field of the input that has the password
 */
export function passwordProblems(password: string, email: string, field = 'password'): UserError[] {
  const lower = password.toLowerCase();
  const weak = (message: string) => [userError('WEAK_PASSWORD', message, `input.${field}`)];
  if (password.length < minimumLength) return weak(`Use at least ${minimumLength} characters.`);
  if (password.length > maximumLength) return weak(`Use at most ${maximumLength} characters.`);
  if (new Set(lower).size < minimumDistinct) return weak('Use more different characters.');
  const name = email.split('@')[0] ?? email;
  if (lower === email || lower === name) return weak('Do not use your e-mail address.');
  if (wellKnown.has(lower)) return weak('This password is too well known.');
  return [];
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** The hash of a password that nobody knows: its owner sets one of her own by a mailed link. */
  hashOfNobodys(): Promise<string>;
  /** @param stored null for an unknown account: as much work is done, so that time tells nothing */
  matches(stored: string | null, password: string): Promise<boolean>;
}

/** Argon2id with the library's defaults: 19 MiB, 2 passes, as OWASP recommends. */
export function argon2Passwords(): Passwords {
  const nobody = hash(randomBytes(16));
  return {
    hash: (password) => hash(password),
    hashOfNobodys: () => hash(randomBytes(32)),
    async matches(stored, password) {
      const matched = await verify(stored ?? (await nobody), password.slice(0, maximumLength));
      return matched && stored !== null;
    },
  };
}
