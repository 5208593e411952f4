import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validate } from './validate.js';

const schema = z.object({
  title: z.string().min(1, 'A title is needed.'),
  password: z.string().refine((value) => value.length >= 10, {
    message: 'Too short.',
    params: { code: 'WEAK_PASSWORD' },
  }),
});

describe('validate', () => {
  it('gives the parsed value', () => {
    const input = { title: 'x', password: '0123456789' };
    expect(validate(schema, input)).toEqual({ ok: true, value: input });
  });

  it('names every field at fault with its code', () => {
    expect(validate(schema, { title: '', password: 'x' })).toEqual({
      ok: false,
      errors: [
        { code: 'INVALID_INPUT', message: 'A title is needed.', field: ['input', 'title'] },
        { code: 'WEAK_PASSWORD', message: 'Too short.', field: ['input', 'password'] },
      ],
    });
  });
});
