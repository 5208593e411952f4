import { newId } from '@pcc/platform';
import { everybody, fixture, mutation, type FieldRow } from '../../authorization/table.js';

/** Two tabs may use it within 30 s, and so may six people. */
const refreshToken = fixture(async ({ by }) => {
  const input = {
    email: `${newId()}@example.test`,
    password: 'correct horse battery',
    displayName: 'Pat',
  };
  const { session } = await by.anonymous.do<{ session: { refreshToken: string } }>(
    'register',
    input,
    'session { refreshToken }',
  );
  return session.refreshToken;
});

export const fieldRows: readonly FieldRow[] = [];

export const mutationRows = [
  // Whoever has the token is its session's owner, signed in or not.
  mutation(
    'refreshSession',
    'with its token',
    async (world) => ({ refreshToken: await refreshToken(world) }),
    everybody('ok'),
  ),
  // The people of the table carry sessions that nobody has started.
  mutation('logOut', 'of a session that is not there', () => null, everybody('UNAUTHENTICATED')),
];
