import { describe, expect, it } from 'vitest';
import { argon2Passwords, passwordProblems } from './passwords.js';

describe('passwordProblems', () => {
  it.each([
    ['too short', 'abc123xyz'],
    ['too long', 'abcde'.repeat(41)],
    ['too few different characters', 'abababababab'],
    ['well known', 'Password123'],
    ['the e-mail address', 'Somebody@example.test'],
    ['its first part', 'SomeBody'.padEnd(10, '0')],
  ])('refuses %s', (why, password) => {
    const email = why === 'its first part' ? 'somebody00@example.test' : 'somebody@example.test';
    expect(passwordProblems(password, email)).toMatchObject([
      { code: 'WEAK_PASSWORD', field: ['input', 'password'] },
    ]);
  });

  it('names the field that the input has', () => {
    expect(passwordProblems('short', 'a@example.test', 'newPassword')).toMatchObject([
      { field: ['input', 'newPassword'] },
    ]);
  });

  it.each(['correct horse', 'x7#kQ!z9mP', 'contraseña larga'])('takes %s', (password) => {
    expect(passwordProblems(password, 'somebody@example.test')).toEqual([]);
  });
});

describe('argon2Passwords', () => {
  const passwords = argon2Passwords();

  it('matches its own hash only', async () => {
    const stored = await passwords.hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$/);
    expect(await passwords.matches(stored, 'correct horse')).toBe(true);
    expect(await passwords.matches(stored, 'correct horse ')).toBe(false);
  });

  it('never matches an unknown account', async () => {
    expect(await passwords.matches(null, 'correct horse')).toBe(false);
  });
});
