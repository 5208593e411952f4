import { isId } from '@pcc/platform';
import { z } from 'zod';
import { currencies, maximumAmountMinor } from './money.js';

/** An id from a client. One that cannot be ours cannot exist, so it is refused like an unknown one. */
export const idInput = z
  .string()
  .refine(isId, { message: 'There is no such thing.', params: { code: 'NOT_FOUND' } })
  // Postgres prints UUIDs in small letters, and keys of maps are compared as text.
  .transform((id) => id.toLowerCase());

export const amountInput = z
  .bigint()
  .min(0n, 'An amount cannot be negative.')
  .max(maximumAmountMinor, 'The amount is too large.');

export const positiveAmountInput = z
  .bigint()
  .min(1n, 'The amount must be more than nothing.')
  .max(maximumAmountMinor, 'The amount is too large.');

export const currencyInput = z.enum(currencies);
