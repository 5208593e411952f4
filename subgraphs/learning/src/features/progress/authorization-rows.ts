import { newId } from '@pcc/platform';
import {
  authors,
  entity,
  everybody,
  fields,
  fixture,
  learners,
  mutation,
  shownTo,
  through,
} from '../../authorization/table.js';
import { enroll } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const lesson = entity('Lesson', 'of a published course', ({ course }) => course.lessonIds[0]);

const lessonToComplete = fixture(async ({ by }) => {
  const course = await writeCourse(by.owner);
  await enroll(by.enrolled, course);
  return course.lessonIds[0];
});

/** In which she has begun a lesson, and completed it. */
const begun = fixture(async ({ by }) => {
  const course = await writeCourse(by.owner, { lessons: 2 });
  const enrollmentId = await enroll(by.enrolled, course);
  const [lessonId] = course.lessonIds;
  await by.enrolled.do('recordLessonProgress', progressOf(lessonId, true), '');
  return { lessonId, enrollmentId };
});
const progressOf = (lessonId: string | undefined, completed = false) => ({
  lessonId,
  clientEventId: newId(),
  positionSeconds: 10,
  watchedSeconds: 10,
  occurredAt: new Date().toISOString(),
  completed,
});
const begunLesson = entity('Lesson', 'begun', async (world) => (await begun(world)).lessonId);
const begunEnrollment = entity(
  'Enrollment',
  'in which she has begun',
  async (world) => (await begun(world)).enrollmentId,
);

const graded = fixture(async ({ by }) => {
  const { id: courseId } = await writeCourse(by.owner);
  const kind = 'MINIMUM_GRADE';
  await by.owner.do('setCompletionRule', { courseId, kind, minimumGrade: 50 }, '');
  return courseId;
});
const gradedCourse = entity('Course', 'with a minimum grade', graded);
const rule = through(gradedCourse, 'completionRule', 'CompletionRule', 'its rule');

export const fieldRows = [
  ...fields(lesson, ['completed'], shownTo('enrolled')),
  ...fields(begunLesson, ['viewerProgress'], shownTo('enrolled')),
  ...fields(
    through(begunLesson, 'viewerProgress', 'LessonProgress', 'her own'),
    ['lesson', 'positionSeconds', 'watchedSeconds', 'occurredAt', 'completedAt'],
    shownTo('enrolled'),
  ),
  ...fields(begunEnrollment, ['resumePoint'], shownTo('enrolled', 'owner', 'admin')),
  ...fields(gradedCourse, ['completionRule'], everybody('ok')),
  ...fields(rule, ['kind', 'minimumGrade'], everybody('ok')),
];

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
  mutation(
    'recordLessonProgress',
    'of a course that she learns',
    async (world) => progressOf(await lessonToComplete(world)),
    learners('NOT_ENROLLED'),
  ),
  // What is refused is said of each event by itself.
  mutation(
    'recordLessonProgressBatch',
    'of a course that she learns',
    async (world) => ({ events: [progressOf(await lessonToComplete(world))] }),
    { ...everybody('ok'), anonymous: 'UNAUTHENTICATED' },
  ),
  mutation(
    'resetProgress',
    'of a learner',
    async (world) => ({ enrollmentId: (await begun(world)).enrollmentId }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'setCompletionRule',
    'of a published course',
    async (world) => ({ courseId: await graded(world), kind: 'LESSONS_AND_QUIZZES' }),
    authors('FORBIDDEN'),
  ),
];
