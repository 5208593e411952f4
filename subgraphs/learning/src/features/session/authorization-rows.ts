import { newId } from '@pcc/platform';
import {
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  shownTo,
  through,
} from '../../authorization/table.js';
import { visitor } from '../../test-sessions.js';

/** Two tabs may use it within 30 s, and so may six people. */
const refreshToken = fixture(async ({ learning }) => {
  const { session } = await visitor(() => learning).register();
  return session.refreshToken;
});

/** The people of the table carry sessions that nobody has started; this one has. */
const signedInId = fixture(async ({ learning, by: { enrolled } }) => {
  await learning.sql(
    `INSERT INTO learning.user_sessions (id, user_id, device, expires_at)
     VALUES ($1, $2, 'Firefox on Linux', now() + interval '1 day')`,
    [newId(), enrolled.id],
  );
  return enrolled.id;
});
const learner = entity('User', 'signed in', signedInId);
const session = through(learner, 'sessions', 'OpenSession', 'of a learner');

export const fieldRows = [
  ...fields(learner, ['sessions'], shownTo('enrolled')),
  ...fields(
    session,
    ['id', 'device', 'startedAt', 'lastUsedAt', 'expiresAt', 'isCurrent'],
    shownTo('enrolled'),
  ),
];

const signedIn = (outcome: string) => ({ ...everybody(outcome), anonymous: 'UNAUTHENTICATED' });

export const mutationRows = [
  // Whoever has the token is its session's owner, signed in or not.
  mutation(
    'refreshSession',
    'with its token',
    async (world) => ({ refreshToken: await refreshToken(world) }),
    everybody('ok'),
  ),
  mutation('logOut', 'of a session that is not there', () => null, everybody('UNAUTHENTICATED')),
  mutation(
    'revokeSession',
    'of somebody else',
    async ({ learning, by }) => {
      const id = newId();
      await learning.sql(
        `INSERT INTO learning.user_sessions (id, user_id, expires_at)
         SELECT $1, id, now() + interval '1 day' FROM learning.users WHERE id <> ALL($2) LIMIT 1`,
        [id, Object.values(by).flatMap((person) => person.id || [])],
      );
      return { sessionId: id };
    },
    signedIn('NOT_FOUND'),
  ),
  mutation('logOutEverywhere', 'of oneself', () => null, signedIn('ok')),
];
