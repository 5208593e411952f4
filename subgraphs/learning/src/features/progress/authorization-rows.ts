import {
  entity,
  everybody,
  fields,
  fixture,
  learners,
  mutation,
  shownTo,
} from '../../authorization/table.js';
import { enroll } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const lesson = entity('Lesson', 'of a published course', ({ course }) => course.lessonIds[0]);

const lessonToComplete = fixture(async ({ by }) => {
  const course = await writeCourse(by.owner);
  await enroll(by.enrolled, course);
  return course.lessonIds[0];
});

export const fieldRows = [...fields(lesson, ['completed'], shownTo('enrolled'))];

export const mutationRows = [
  mutation(
    'completeLesson',
    'of a course that she learns',
    async (world) => ({ lessonId: await lessonToComplete(world) }),
    learners('NOT_ENROLLED'),
  ),
  mutation(
    'completeLesson',
    'of a draft',
    ({ draft }) => ({ lessonId: draft.lessonIds[0] }),
    // Her authors know it, and do not learn there.
    {
      ...everybody('NOT_FOUND'),
      anonymous: 'UNAUTHENTICATED',
      owner: 'NOT_ENROLLED',
      admin: 'NOT_ENROLLED',
    },
  ),
];
