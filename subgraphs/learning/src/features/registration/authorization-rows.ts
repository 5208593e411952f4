import { newId } from '@pcc/platform';
import { everybody, mutation, type FieldRow } from '../../authorization/table.js';
import { newAccount, password } from '../../test-sessions.js';

export const fieldRows: readonly FieldRow[] = [];

const registration = () => ({ ...newAccount(), displayName: 'Pat' });

export const mutationRows = [
  mutation('register', 'a visitor', registration, everybody('ok')),
  mutation(
    'verifyEmail',
    'with its token',
    async ({ by, learning }) => {
      const input = registration();
      await by.anonymous.do('register', input, '');
      const { token } = await learning.mailTo(input.email);
      return { token, password: input.password };
    },
    everybody('ok'),
  ),
  mutation(
    'verifyEmail',
    'with a forged token',
    () => ({ token: `${newId()}.x`, password }),
    everybody('INVALID_TOKEN'),
  ),
];
