import {
  connectionFields,
  everybody,
  fixture,
  mutation,
  query,
  type Subject,
} from '../../authorization/table.js';

const somebody = fixture(async ({ learning }) => ({ userId: (await learning.person()).id }));

const root: Subject = { type: 'Query', what: 'people', reach: async () => (text) => text };
const adminOnly = { ...everybody('FORBIDDEN'), anonymous: 'UNAUTHENTICATED', admin: 'ok' };

export const fieldRows = [
  query('users', 'all', () => 'users', adminOnly),
  ...connectionFields(root, 'users(first: 1)', 'User', adminOnly),
];

export const mutationRows = [
  mutation(
    'changeUserRole',
    'of a learner',
    ({ by }) => ({ userId: by.student.id, role: 'STUDENT' }),
    adminOnly,
  ),
  mutation('suspendUser', 'a learner', somebody, adminOnly),
  mutation('reinstateUser', 'a learner', somebody, adminOnly),
];
