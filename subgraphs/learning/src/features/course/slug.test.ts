import { expect, it } from 'vitest';
import { isSlug, maximumSlugLength, slugOf } from './slug.js';

it.each([
  ['¿Qué es SQL?', 'que-es-sql'],
  ['  C++ & Rust — 2nd ed. ', 'c-rust-2nd-ed'],
  ['ação', 'acao'],
  ['学习', 'course'],
])('makes %s into %s', (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

it('leaves room for what makes it unique, and always makes a valid slug', () => {
  const slug = slugOf('long '.repeat(60));
  expect(slug.length).toBeLessThanOrEqual(maximumSlugLength - 8);
  expect(isSlug(`${slug}-abcdef`)).toBe(true);
});

it.each(['', '-a', 'a-', 'a--b', 'A', 'a b', 'ñ', 'a'.repeat(maximumSlugLength + 1), 'a\0'])(
  'refuses %j',
  (value) => {
    expect(isSlug(value)).toBe(false);
  },
);
