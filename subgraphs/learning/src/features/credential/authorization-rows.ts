import { newId } from '@pcc/platform';
import { everybody, fixture, mutation, type FieldRow } from '../../authorization/table.js';
import { newAccount } from '../../test-sessions.js';

const member = fixture(async ({ learning }) => {
  const account = newAccount();
  await learning.running.createAccount({ ...account, displayName: 'Pat', role: 'student' });
  return account;
});

export const fieldRows: readonly FieldRow[] = [];

const newPassword = 'another horse battery';

export const mutationRows = [
  mutation(
    'logIn',
    'with her password',
    async (world) => ({ ...(await member(world)) }),
    everybody('ok'),
  ),
  mutation('requestPasswordReset', 'of anybody', () => newEmail(), everybody('ok')),
  // Whoever reads the mail may; nobody else, whoever she is.
  mutation(
    'resetPassword',
    'with a forged token',
    () => ({ token: `${newId()}.x`, newPassword }),
    everybody('INVALID_TOKEN'),
  ),
  mutation(
    'changePassword',
    'without the present one',
    () => ({ currentPassword: 'a guess', newPassword }),
    { ...everybody('INVALID_CREDENTIALS'), anonymous: 'UNAUTHENTICATED' },
  ),
];

const newEmail = () => ({ email: newAccount().email });
