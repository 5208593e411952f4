import { randomBytes } from 'node:crypto';
import { newId } from '@pcc/platform';
import { expect, it } from 'vitest';
import { linkTokens } from './link-token.js';

const [old, recent] = [randomBytes(32), randomBytes(32)];
const id = newId();

it('reads what it has signed, for this purpose only', () => {
  const tokens = linkTokens([recent]);
  const token = tokens.sign('reset-password', id);
  expect(tokens.read('reset-password', ` ${token}\n`)).toBe(id);
  expect(tokens.read('verify-email', token)).toBeNull();
});

it('goes on reading tokens of an older key, and signs with the newest', () => {
  const before = linkTokens([old]).sign('verify-email', id);
  const rotated = linkTokens([recent, old]);
  expect(rotated.read('verify-email', before)).toBe(id);
  expect(linkTokens([recent]).read('verify-email', before)).toBeNull();
  expect(linkTokens([recent]).read('verify-email', rotated.sign('verify-email', id))).toBe(id);
});

it.each([
  ['nothing', ''],
  ['an id alone', id],
  [
    'another id',
    linkTokens([old])
      .sign('verify-email', newId())
      .replace(/^[^.]+/, id),
  ],
  ['a code cut short', linkTokens([old]).sign('verify-email', id).slice(0, -4)],
  ['a third part', `${linkTokens([old]).sign('verify-email', id)}.x`],
  ['no id', `nobody.${'A'.repeat(43)}`],
  ['NUL', '\0.\0'],
])('refuses %s', (_what, token) => {
  expect(linkTokens([old]).read('verify-email', token)).toBeNull();
});

it('needs a key', () => {
  expect(() => linkTokens([])).toThrow(TypeError);
});
