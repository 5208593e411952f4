import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse, writeLesson } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

interface EnrollmentState {
  id: string;
  status: string;
  progressPercent: number;
  completedLessonCount: number;
}
const state = 'id status progressPercent completedLessonCount';
const enroll = (person: Person, courseId: string) =>
  person.do<{ enrollment: EnrollmentState | null }>(
    'enrollInCourse',
    { courseId },
    `enrollment { ${state} }`,
  );
const complete = (person: Person, lessonId: string | undefined) =>
  person.do<{ enrollment: EnrollmentState | null }>(
    'completeLesson',
    { lessonId },
    `enrollment { ${state} }`,
  );
const enrollmentIn = async (person: Person, courseId: string) => {
  const document = `query ($all: [_Any!]!) { _entities(representations: $all) {
    ... on Course { viewerEnrollment { ${state} } } } }`;
  const all = [{ __typename: 'Course', id: courseId }];
  const { _entities } = await person.ask<{
    _entities: { viewerEnrollment: EnrollmentState | null }[];
  }>(document, { all });
  return _entities[0]?.viewerEnrollment ?? null;
};

describe('progress', () => {
  it('falls when lessons are added, but not when one is taken away', async () => {
    const course = await writeCourse(teacher, { lessons: 4 });
    const person = await learning.person();
    await enroll(person, course.id);
    const [first, second, third] = course.lessonIds;
    await complete(person, first);
    await complete(person, second);
    const percent = async () => (await enrollmentIn(person, course.id))?.progressPercent;
    expect(await percent()).toBe(50);
    await teacher.do('updateLesson', { lessonId: second, isPublished: false }, '');
    expect(await percent()).toBe(50);
    await learning.sql('DELETE FROM learning.lessons WHERE id = $1', [first]);
    expect(await percent()).toBe(50);
    await teacher.do('updateLesson', { lessonId: second, isPublished: true }, '');
    expect(await percent()).toBe(33.33);
    await writeLesson(teacher, course.moduleId, { title: 'One more' });
    expect(await percent()).toBe(25);
    await complete(person, third);
    expect(await percent()).toBe(50);
    await learning.sql('DELETE FROM learning.lesson_progress WHERE lesson_id = $1', [third]);
    expect(await percent()).toBe(25);
  });

  it('completes a course whose last open lesson is taken away', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const person = await learning.person();
    await enroll(person, course.id);
    await complete(person, course.lessonIds[0]);
    await teacher.do('updateLesson', { lessonId: course.lessonIds[1], isPublished: false }, '');
    expect(await enrollmentIn(person, course.id)).toMatchObject({
      status: 'COMPLETED',
      progressPercent: 100,
    });
  });

  it('stays complete when lessons are added later', async () => {
    const course = await writeCourse(teacher);
    const person = await learning.person();
    await enroll(person, course.id);
    await complete(person, course.lessonIds[0]);
    const later = await writeLesson(teacher, course.moduleId, { title: 'Later' });
    expect(await enrollmentIn(person, course.id)).toMatchObject({
      status: 'COMPLETED',
      progressPercent: 100,
    });
    expect((await complete(person, later)).enrollment).toMatchObject({
      status: 'COMPLETED',
      progressPercent: 100,
      completedLessonCount: 2,
    });
  });

  it('keeps lessons locked until what they require is completed', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const [first, second] = course.lessonIds;
    await teacher.do('setLessonPrerequisites', { lessonId: second, prerequisiteIds: [first] }, '');
    const person = await learning.person();
    expect(await person.refusal('completeLesson', { lessonId: first })).toBe('NOT_ENROLLED');
    await enroll(person, course.id);
    const locked = await complete(person, second);
    expect(locked.userErrors).toMatchObject([
      { code: 'LESSON_LOCKED', message: 'Complete these first: "Lesson 1".' },
    ]);
    await complete(person, first);
    expect((await complete(person, second)).enrollment?.status).toBe('COMPLETED');
  });

  it('refuses lessons that are not there for learners', async () => {
    const course = await writeCourse(teacher);
    const hidden = await writeLesson(teacher, course.moduleId, {
      title: 'Draft',
      isPublished: false,
    });
    const person = await learning.person();
    await enroll(person, course.id);
    for (const lessonId of [hidden, newId(), 'nonsense']) {
      expect(await person.refusal('completeLesson', { lessonId })).toBe('NOT_FOUND');
    }
  });

  it('shows every mutation of one request what the former did', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const person = await learning.person();
    const [first, second] = course.lessonIds;
    await enroll(person, course.id);
    const answer = await person.ask<Record<string, { enrollment: object }>>(
      `mutation ($a: ID!, $b: ID!) {
        one: completeLesson(input: { lessonId: $a }) { enrollment { progressPercent nextLesson { id } } }
        two: completeLesson(input: { lessonId: $b }) { enrollment { progressPercent nextLesson { id } } } }`,
      { a: first, b: second },
    );
    expect(answer['one']?.enrollment).toEqual({ progressPercent: 50, nextLesson: { id: second } });
    expect(answer['two']?.enrollment).toEqual({ progressPercent: 100, nextLesson: null });
  });
});
