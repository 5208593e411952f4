import {
  authors,
  connectionFields,
  entity,
  everybody,
  fields,
  fixture,
  forTeachers,
  mutation,
  reference,
  shownTo,
  through,
} from '../../authorization/table.js';
import { enroll, type World } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const enrollment = entity('Enrollment', 'of a learner', (world) => world.enrollmentId);
const completed = entity('Enrollment', 'completed', (world) => world.finishedEnrollmentId);
const learner = entity('User', 'a learner', ({ by }) => by.enrolled.id);
const course = entity('Course', 'a published course', (world) => world.course.id);

const learnerOwnerAndAdmin = shownTo('enrolled', 'owner', 'admin');
const herselfAndAdmin = {
  ...everybody('FORBIDDEN'),
  // To her the account itself is hidden, so there is nothing to ask of it.
  anonymous: 'hidden',
  enrolled: 'ok',
  admin: 'ok',
};

/** Ended by its time. */
const endedEnrollment = fixture(async ({ by, learning }) => {
  const { id } = await writeCourse(by.owner);
  const enrollmentId = await enroll(by.enrolled, { id });
  await learning.sql(
    `UPDATE learning.enrollments SET expires_at = now() - interval '1 hour' WHERE id = $1`,
    [enrollmentId],
  );
  return enrollmentId;
});
const over = entity('Enrollment', 'that has expired', endedEnrollment);

/** Anew for each person, because what is done to it cannot be done twice. */
const freshEnrollment = async ({ by }: World) => {
  const { id } = await writeCourse(by.owner);
  return { enrollmentId: await enroll(by.enrolled, { id }) };
};

export const fieldRows = [
  reference(enrollment, learnerOwnerAndAdmin),
  ...fields(
    enrollment,
    [
      'id',
      'course',
      'student',
      'status',
      'progressPercent',
      'completedLessonCount',
      'nextLesson',
      'enrolledAt',
      'source',
      'history',
    ],
    learnerOwnerAndAdmin,
  ),
  ...fields(completed, ['completedAt'], learnerOwnerAndAdmin),
  ...fields(over, ['expiresAt', 'endedAt'], learnerOwnerAndAdmin),
  ...fields(
    through(enrollment, 'history', 'EnrollmentHistoryEntry', 'its beginning'),
    ['status', 'reason', 'progressPercent', 'happenedAt'],
    learnerOwnerAndAdmin,
  ),
  ...fields(learner, ['enrollments'], herselfAndAdmin),
  ...connectionFields(learner, 'enrollments', 'Enrollment', herselfAndAdmin),
  ...fields(course, ['viewerEnrollment'], shownTo('enrolled')),
  ...fields(course, ['enrollments'], forTeachers),
];

export const mutationRows = [
  mutation('enrollInCourse', 'a free course', ({ scratch }) => ({ courseId: scratch.id }), {
    ...everybody('ok'),
    anonymous: 'UNAUTHENTICATED',
    enrolled: 'ALREADY_ENROLLED',
  }),
  mutation('cancelEnrollment', 'her own', freshEnrollment, {
    ...everybody('NOT_FOUND'),
    anonymous: 'UNAUTHENTICATED',
    enrolled: 'ok',
  }),
  mutation(
    'enrollStudent',
    'in a course',
    async ({ by, learning }) => ({
      courseId: (await writeCourse(by.owner)).id,
      userId: (await learning.person()).id,
    }),
    { ...authors('FORBIDDEN'), owner: 'FORBIDDEN' },
  ),
  mutation('suspendEnrollment', 'of a learner', freshEnrollment, authors('NOT_FOUND')),
  mutation(
    'resumeEnrollment',
    'of a learner',
    async (world) => {
      const { enrollmentId } = await freshEnrollment(world);
      await world.by.owner.do('suspendEnrollment', { enrollmentId }, '');
      return { enrollmentId };
    },
    authors('NOT_FOUND'),
  ),
  mutation('endEnrollment', 'of a learner', freshEnrollment, authors('NOT_FOUND')),
  mutation(
    'setEnrollmentExpiry',
    'of a learner',
    ({ enrollmentId }) => ({ enrollmentId }),
    authors('NOT_FOUND'),
  ),
];
