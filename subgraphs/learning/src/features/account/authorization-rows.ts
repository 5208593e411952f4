import { newId } from '@pcc/platform';
import {
  entity,
  everybody,
  fields,
  fixture,
  query,
  reference,
  shownTo,
  signedIn,
  through,
  type MutationRow,
} from '../../authorization/table.js';

const suspendedId = fixture(async ({ learning, by }) => {
  const { id } = await learning.person();
  await by.admin.do('suspendUser', { userId: id }, '');
  return id;
});
const hiddenId = fixture(async ({ learning }) => {
  const person = await learning.person();
  await person.do('updatePreferences', { showsName: false, showsBio: false }, '');
  return person.id;
});

const learner = entity('User', 'a learner', ({ by }) => by.enrolled.id);
const teacher = entity('User', 'an instructor', ({ by }) => by.owner.id);
const nobody = entity('User', 'nobody', () => newId());
const suspended = entity('User', 'somebody suspended', suspendedId);
const shy = entity('User', 'somebody who keeps herself to herself', hiddenId);
const privacy = through(learner, 'privacy', 'PrivacySettings', 'of a learner');

const herselfAndAdmin = shownTo('enrolled', 'admin');

export const fieldRows = [
  reference(learner, signedIn),
  reference(teacher, everybody('ok')),
  reference(nobody, everybody('hidden')),
  ...fields(learner, ['id', 'displayName', 'bio', 'role'], signedIn),
  ...fields(learner, ['email'], shownTo('enrolled', 'owner', 'admin')),
  ...fields(learner, ['language', 'timeZone', 'privacy'], herselfAndAdmin),
  ...fields(privacy, ['showsName', 'showsBio'], herselfAndAdmin),
  ...fields(suspended, ['suspendedAt'], shownTo('admin')),
  ...fields(shy, ['displayName', 'bio'], shownTo('admin')),
  ...fields(teacher, ['displayName'], everybody('ok')),
  ...fields(teacher, ['email'], shownTo('owner', 'admin')),
  query('me', 'oneself', () => 'me', signedIn),
];

export const mutationRows: readonly MutationRow[] = [];
