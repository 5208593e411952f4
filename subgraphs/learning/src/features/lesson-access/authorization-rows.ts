import {
  entity,
  everybody,
  fields,
  fixture,
  shownTo,
  type MutationRow,
} from '../../authorization/table.js';
import { writeCourse } from '../../test-courses.js';

const first = entity('Lesson', 'of a published course', ({ course }) => course.lessonIds[0]);
const second = entity('Lesson', 'that requires another', ({ course }) => course.lessonIds[1]);
/** `enrolled` learns there from 2999 on. */
const waitedForOf = fixture(async ({ by }) => {
  const { id: courseId, lessonIds } = await writeCourse(by.owner);
  const { cohort } = await by.owner.do<{ cohort: { id: string } }>(
    'createCohort',
    { courseId, name: 'Next', startsAt: '2999-01-01T00:00:00.000Z' },
    'cohort { id }',
  );
  const members = { cohortId: cohort.id, userIds: [by.enrolled.id] };
  await by.owner.do('addCohortMembers', members, '');
  return lessonIds[0] ?? '';
});
const waitedFor = entity('Lesson', 'of a cohort that has not begun', waitedForOf);

export const fieldRows = [
  // Null is "open" here.
  ...fields(first, ['lock'], {
    ...everybody('ok'),
    enrolled: 'hidden',
    owner: 'hidden',
    admin: 'hidden',
  }),
  ...fields(second, ['missingPrerequisites'], shownTo('enrolled')),
  // Of those whom a cohort has enrolled that has not begun.
  ...fields(waitedFor, ['opensAt'], shownTo('enrolled')),
];

export const mutationRows: readonly MutationRow[] = [];
