import { newId } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCourse } from './test-courses.js';
import { startTestLearning, type Person, type TestLearning } from './test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());

it('of a course is her own who teaches it, until she teaches no more', async () => {
  const [admin, teacher, student] = [
    await learning.person('admin'),
    await learning.person('instructor'),
    await learning.person(),
  ];
  const course = await writeCourse(teacher);
  const draft = await writeCourse(teacher, { publish: false });
  await student.do('enrollInCourse', { courseId: course.id }, '');
  const [enrollment] = await learning.sql<{ id: string }>(
    'SELECT id FROM learning.enrollments WHERE user_id = $1',
    [student.id],
  );
  const seen = async (by: Person) => {
    const { _entities } = await by.ask<{ _entities: unknown[] }>(`{ _entities(representations: [
      { __typename: "Course", id: "${draft.id}" }
      { __typename: "Lesson", id: "${course.lessonIds[0]}" }
      { __typename: "Enrollment", id: "${enrollment?.id}" }
    ]) { ... on Course { status } ... on Lesson { body } ... on Enrollment { progressPercent } } }`);
    return _entities;
  };
  expect(await seen(teacher)).toEqual([
    { status: 'DRAFT' },
    { body: 'Text.' },
    { progressPercent: 0 },
  ]);
  await admin.do('changeUserRole', { userId: teacher.id, role: 'STUDENT' }, '');
  const former = learning.as({ id: teacher.id, role: 'student', sessionId: newId() });
  expect(await seen(former)).toEqual([null, { body: null }, null]);
});
