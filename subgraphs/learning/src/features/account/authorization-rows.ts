import { newId } from '@pcc/platform';
import {
  authors,
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  query,
  reference,
  shownTo,
  signedIn,
} from '../../authorization/table.js';

const learner = entity('User', 'a learner', ({ by }) => by.enrolled.id);
const teacher = entity('User', 'an instructor', ({ by }) => by.owner.id);
const nobody = entity('User', 'nobody', () => newId());

const account = () => ({
  email: `${newId()}@example.test`,
  password: 'correct horse battery',
  displayName: 'Pat',
});

const registered = fixture(async ({ by }) => {
  const { displayName, ...credentials } = account();
  await by.anonymous.do('register', { displayName, ...credentials }, '');
  return credentials;
});

export const fieldRows = [
  reference(learner, signedIn),
  reference(teacher, everybody('ok')),
  reference(nobody, everybody('hidden')),
  ...fields(learner, ['id', 'displayName', 'role'], signedIn),
  ...fields(learner, ['email', 'language', 'timeZone'], shownTo('enrolled', 'admin')),
  query('me', 'oneself', () => 'me', signedIn),
];

export const mutationRows = [
  mutation('register', 'a visitor', account, everybody('ok')),
  mutation(
    'logIn',
    'with her password',
    async (world) => ({ ...(await registered(world)) }),
    everybody('ok'),
  ),
  mutation(
    'changeUserRole',
    'of a learner',
    ({ by }) => ({ userId: by.student.id, role: 'STUDENT' }),
    {
      ...authors('FORBIDDEN'),
      owner: 'FORBIDDEN',
    },
  ),
];
