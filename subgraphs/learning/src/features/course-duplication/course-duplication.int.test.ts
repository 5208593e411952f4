import { newId } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCourse, writeLesson, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let colleague: Person;
let source: TestCourse;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  colleague = await learning.person('instructor');
  source = await describedCourse();
});
afterAll(() => learning.close());

/** With everything that a copy must have, and what it must not. */
async function describedCourse(): Promise<TestCourse> {
  const fields = {
    ...{ objectives: ['Know'], audience: 'All', additionalLanguages: ['PT'], capacity: 9 },
    availableUntil: new Date(Date.now() + 1e9).toISOString(),
  };
  const course = await writeCourse(teacher, { lessons: 3, fields });
  const [first, second, third] = course.lessonIds;
  const { module } = await teacher.do<{ module: { id: string } }>(
    'createModule',
    { courseId: course.id, title: 'Second module' },
    'module { id }',
  );
  const other = await writeLesson(teacher, module.id, {
    title: 'Elsewhere',
    externalKey: 'key',
    durationMinutes: 7,
  });
  for (const [lessonId, ids] of [
    [third, [first, second]],
    [other, [third]],
  ] as const) {
    await teacher.do('setLessonPrerequisites', { lessonId, prerequisiteIds: ids }, '');
  }
  const before = await writeCourse(teacher);
  const prerequisites = { courseId: course.id, prerequisiteIds: [before.id] };
  await teacher.do('setCoursePrerequisites', prerequisites, '');
  const rule = { kind: 'LESSONS_AND_MINIMUM_GRADE', minimumGrade: 60 };
  await teacher.do('setCompletionRule', { courseId: course.id, ...rule }, '');
  await teacher.do('addInstructor', { courseId: course.id, userId: colleague.id }, '');
  const choices = [
    { text: 'yes', isCorrect: true },
    { text: 'no', isCorrect: false },
  ];
  for (const title of ['Quiz one', 'Quiz two']) {
    const questions = [
      { text: 'First?', choices },
      { text: 'Second?', choices },
    ];
    await teacher.do('createQuiz', { courseId: course.id, title, maxAttempts: 2, questions }, '');
  }
  const learner = await learning.person();
  await learner.do('enrollInCourse', { courseId: course.id }, '');
  return course;
}

const whole = `course {
  id slug status title summary objectives audience additionalLanguages capacity access availableUntil durationMinutes
  prerequisites { id } instructors { id } completionRule { kind minimumGrade }
  quizzes { title passPercent maxAttempts questions { text choices { text } } }
  modules { title position lessons {
    title body position externalKey durationMinutes isPublished prerequisites { title position } } } }`;
interface Whole {
  course: { id: string; slug: string } | null;
}
const duplicate = (input: Record<string, unknown>, by = teacher) =>
  by.do<Whole>('duplicateCourse', { courseId: source.id, ...input }, whole);

it('has the same inside, and nothing of those who learn there', async () => {
  const { course: original } = await teacher.ask<Whole>(
    `query ($slug: String!) { course(slug: $slug) ${whole.slice('course'.length)} }`,
    { slug: source.slug },
  );
  const { course: copy } = await duplicate({ clientRequestId: newId() });
  expect(copy).toEqual({
    ...original,
    ...{ id: copy?.id, slug: copy?.slug, status: 'DRAFT', availableUntil: null },
    instructors: [{ id: teacher.id }],
  });
  expect(copy?.id).not.toBe(source.id);
  const [left] = await learning.sql(
    `SELECT enrolled_count, (SELECT count(*)::int FROM learning.enrollments e WHERE e.course_id = c.id) AS enrollments
       FROM learning.courses c WHERE id = $1`,
    [copy?.id],
  );
  expect(left).toEqual({ enrolled_count: 0, enrollments: 0 });
  await learning.heard('course.changed', (d) => d.courseId === copy?.id && d.status === 'DRAFT');
  expect(await teacher.refusal('publishCourse', { courseId: copy?.id })).toBeUndefined();
});

it('is one for each request, however often it is sent, and each author has requests of her own', async () => {
  const clientRequestId = newId();
  const all = await Promise.all([1, 2, 3].map(() => duplicate({ clientRequestId })));
  expect(new Set(all.map(({ course }) => course?.id)).size).toBe(1);
  const { course: hers } = await duplicate({ clientRequestId }, colleague);
  expect(hers?.id).not.toBe(all[0]?.course?.id);
  const other = await writeCourse(teacher);
  const { userErrors } = await duplicate({ courseId: other.id, clientRequestId });
  expect(userErrors[0]?.code).toBe('REQUEST_ID_REUSED');
});

it('takes a title and a slug, and a refused request may be sent again', async () => {
  const clientRequestId = newId();
  const taken = await duplicate({ clientRequestId, slug: source.slug });
  expect(taken.userErrors[0]?.code).toBe('SLUG_TAKEN');
  const slug = `copy-${newId()}`;
  const { course } = await duplicate({ clientRequestId, slug, title: 'Copy' });
  expect(course).toMatchObject({ slug, title: 'Copy' });
});
