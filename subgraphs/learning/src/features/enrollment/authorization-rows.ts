import {
  connectionFields,
  entity,
  everybody,
  fields,
  mutation,
  reference,
  shownTo,
} from '../../authorization/table.js';

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
    ],
    learnerOwnerAndAdmin,
  ),
  ...fields(completed, ['completedAt'], learnerOwnerAndAdmin),
  ...fields(learner, ['enrollments'], herselfAndAdmin),
  ...connectionFields(learner, 'enrollments', 'Enrollment', herselfAndAdmin),
  ...fields(course, ['viewerEnrollment'], shownTo('enrolled')),
];

export const mutationRows = [
  mutation('enrollInCourse', 'a free course', ({ scratch }) => ({ courseId: scratch.id }), {
    ...everybody('ok'),
    anonymous: 'UNAUTHENTICATED',
    enrolled: 'ALREADY_ENROLLED',
  }),
];
