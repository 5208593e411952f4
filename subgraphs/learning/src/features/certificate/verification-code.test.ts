import { expect, it } from 'vitest';
import { newVerificationCode, normaliseCode } from './verification-code.js';

it('makes codes that read back however they were typed', () => {
  const code = newVerificationCode();
  expect(code).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  expect(normaliseCode(code)).toBe(code);
  expect(normaliseCode(` ${code.toLowerCase().replaceAll('-', '')} `)).toBe(code);
});

it('uses no letter that looks like another', () => {
  const letters = Array.from({ length: 200 }, newVerificationCode).join('');
  expect(letters).not.toMatch(/[01OILUV]/);
});

it.each(['', 'ABCD', 'ABCD-EFGH-JKM0', 'ABCD-EFGH-JKMN-P', "'; DROP TABLE"])(
  'reads no code in %j',
  (typed) => {
    expect(normaliseCode(typed)).toBeNull();
  },
);
