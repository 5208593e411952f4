import {
  authors,
  connectionFields,
  entity,
  everybody,
  fields,
  fixture,
  forTeachers,
  mutation,
  through,
} from '../../authorization/table.js';
import type { World } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

interface Made {
  readonly invitation: { readonly id: string; readonly code: string };
}
const invite = ({ by }: World, input: Record<string, unknown>) =>
  by.owner.do<Made>('createInvitation', input, 'invitation { id code }');

/** Revoked, and for one person, so that no field of it is empty. */
const invitedCourse = fixture(async (world) => {
  const { id } = await writeCourse(world.by.owner);
  const { invitation } = await invite(world, { courseId: id, userId: world.by.enrolled.id });
  await world.by.owner.do('revokeInvitation', { invitationId: invitation.id }, '');
  return id;
});
const course = entity('Course', 'with an invitation', invitedCourse);
const connection = through(course, 'invitations', 'InvitationConnection', 'its invitations');
const invitation = through(connection, 'nodes', 'Invitation', 'an invitation');

const openCode = fixture(async (world) => {
  const { id } = await writeCourse(world.by.owner);
  return (await invite(world, { courseId: id, maxUses: 10 })).invitation.code;
});

export const fieldRows = [
  ...fields(course, ['invitations'], forTeachers),
  ...connectionFields(course, 'invitations', 'Invitation', forTeachers),
  ...fields(
    invitation,
    ['id', 'code', 'course', 'student', 'maxUses', 'uses', 'expiresAt', 'createdAt', 'revokedAt'],
    forTeachers,
  ),
];

export const mutationRows = [
  mutation(
    'createInvitation',
    'to a published course',
    ({ scratch }) => ({ courseId: scratch.id }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'revokeInvitation',
    'to a published course',
    async (world) => {
      const made = await invite(world, { courseId: world.scratch.id });
      return { invitationId: made.invitation.id };
    },
    authors('NOT_FOUND'),
  ),
  mutation(
    'acceptInvitation',
    'for whoever has the code',
    async (world) => ({ code: await openCode(world) }),
    { ...everybody('ok'), anonymous: 'UNAUTHENTICATED' },
  ),
  mutation(
    'acceptInvitation',
    'for somebody else',
    async (world) => {
      const { id } = await writeCourse(world.by.owner);
      const { invitation: made } = await invite(world, {
        courseId: id,
        userId: world.by.enrolled.id,
      });
      return { code: made.code };
    },
    { ...everybody('NOT_FOUND'), anonymous: 'UNAUTHENTICATED', enrolled: 'ok' },
  ),
];
