import {
  connectionFields,
  entity,
  everybody,
  fields,
  fixture,
  shownTo,
  through,
  type MutationRow,
} from '../../authorization/table.js';

/** Her activities come by events: written here, so that the rows need not wait for them. */
const activePerson = fixture(async ({ learning, by, course }) => {
  const { id } = by.enrolled;
  await learning.sql(
    `INSERT INTO learning.user_activities (id, user_id, kind, course_id, occurred_at)
     VALUES (gen_random_uuid(), $1, 'ENROLLED', $2, now() + interval '1 hour')`,
    [id, course.id],
  );
  await learning.sql(
    `INSERT INTO learning.learning_analytics (user_id, course_id, day) VALUES ($1, $2, '2026-01-01')`,
    [id, course.id],
  );
  return id;
});
const learner = entity('User', 'who was active', activePerson);
const activity = through(
  through(learner, 'activities', 'UserActivityConnection', 'her activities'),
  'nodes',
  'UserActivity',
  'an activity',
);
const enrollment = entity('Enrollment', 'with a day of work', async (world) => {
  await activePerson(world);
  return world.enrollmentId;
});
const day = through(
  through(enrollment, 'learningDays', 'LearningDayConnection', 'its days'),
  'nodes',
  'LearningDay',
  'a day',
);

const herselfAndAdmin = {
  ...everybody('FORBIDDEN'),
  // To her the account itself is hidden, so there is nothing to ask of it.
  anonymous: 'hidden',
  enrolled: 'ok',
  admin: 'ok',
};
const learnerOwnerAndAdmin = shownTo('enrolled', 'owner', 'admin');

export const fieldRows = [
  ...fields(learner, ['activities'], herselfAndAdmin),
  ...connectionFields(learner, 'activities', 'UserActivity', herselfAndAdmin),
  ...fields(activity, ['id', 'kind', 'course', 'occurredAt'], herselfAndAdmin),
  ...fields(enrollment, ['learningDays'], learnerOwnerAndAdmin),
  ...connectionFields(enrollment, 'learningDays', 'LearningDay', learnerOwnerAndAdmin),
  ...fields(day, ['day', 'seconds', 'lessonsCompleted', 'quizAttempts'], learnerOwnerAndAdmin),
];

export const mutationRows: readonly MutationRow[] = [];
