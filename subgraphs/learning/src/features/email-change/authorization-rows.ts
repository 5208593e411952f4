import { newId } from '@pcc/platform';
import { everybody, mutation, type FieldRow } from '../../authorization/table.js';
import { newAccount } from '../../test-sessions.js';

export const fieldRows: readonly FieldRow[] = [];

export const mutationRows = [
  mutation(
    'requestEmailChange',
    'without her password',
    () => ({ newEmail: newAccount().email, password: 'a guess' }),
    { ...everybody('INVALID_CREDENTIALS'), anonymous: 'UNAUTHENTICATED' },
  ),
  // Whoever reads the mail may; nobody else, whoever she is.
  mutation(
    'confirmEmailChange',
    'with a forged token',
    () => ({ token: `${newId()}.x` }),
    everybody('INVALID_TOKEN'),
  ),
];
