import { everybody, mutation, type FieldRow } from '../../authorization/table.js';

export const fieldRows: readonly FieldRow[] = [];

const adminOnly = { ...everybody('FORBIDDEN'), anonymous: 'UNAUTHENTICATED' };
const as = (userId: string) => ({ userId, reason: 'Ticket 1' });

export const mutationRows = [
  mutation('impersonateUser', 'a learner', ({ by }) => as(by.student.id), {
    ...adminOnly,
    admin: 'ok',
  }),
  mutation('impersonateUser', 'an admin', ({ by }) => as(by.admin.id), {
    ...adminOnly,
    admin: 'CANNOT_IMPERSONATE',
  }),
];
