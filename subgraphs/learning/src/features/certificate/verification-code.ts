import { randomInt } from 'node:crypto';

/** Without 0 and O, 1, I and L, U and V: people read these codes to each other. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTWXYZ';
const groups = 3;
const groupLength = 4;
const codeForm = new RegExp(`^[${alphabet}]{${groups * groupLength}}$`);

/** 12 characters in groups of 4, about 58 bits: not to be guessed. */
export const newVerificationCode = (): string =>
  Array.from({ length: groups }, () =>
    Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join(''),
  ).join('-');

/** What somebody typed, in the form that is stored; null when no code can look like that. */
export function normaliseCode(typed: string): string | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '');
  if (!codeForm.test(plain)) return null;
  return (plain.match(new RegExp(`.{${groupLength}}`, 'g')) ?? []).join('-');
}
