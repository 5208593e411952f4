import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
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
      { code: 'PREREQUISITES_MISSING', message: 'Complete these first: "Lesson 1".' },
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

describe('recordLessonProgress', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const event = (lessonId: string | undefined, fields: Record<string, unknown>) => ({
    lessonId,
    clientEventId: newId(),
    positionSeconds: 0,
    watchedSeconds: 0,
    occurredAt: minutesAgo(1),
    ...fields,
  });
  interface Progress {
    positionSeconds: number;
    watchedSeconds: number;
    completedAt: string | null;
  }
  const record = async (person: Person, input: Record<string, unknown>) => {
    const { progress } = await person.do<{ progress: Progress }>(
      'recordLessonProgress',
      input,
      'progress { positionSeconds watchedSeconds completedAt }',
    );
    return progress;
  };
  const learner = async (course: { id: string }) => {
    const person = await learning.person();
    await enroll(person, course.id);
    return person;
  };

  it('counts an event once, and the latest position, in whatever order they come', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const [first, second] = course.lessonIds;
    const person = await learner(course);
    const late = event(first, {
      positionSeconds: 300,
      watchedSeconds: 60,
      occurredAt: minutesAgo(1),
    });
    const early = event(first, {
      positionSeconds: 90,
      watchedSeconds: 90,
      occurredAt: minutesAgo(9),
    });
    await record(person, late);
    await record(person, early);
    expect(await record(person, late)).toEqual({
      positionSeconds: 300,
      watchedSeconds: 150,
      completedAt: null,
    });
    const done = event(first, { completed: true, occurredAt: minutesAgo(20) });
    expect(await record(person, done)).toMatchObject({ positionSeconds: 300 });
    const again = await record(
      person,
      event(first, { completed: false, occurredAt: minutesAgo(0) }),
    );
    expect(again.completedAt).not.toBeNull();
    await record(person, event(second, { positionSeconds: 7, occurredAt: minutesAgo(0) }));
    const { me } = await person.ask<{ me: { enrollments: { nodes: object[] } } }>(
      `{ me { enrollments { nodes { progressPercent resumePoint { positionSeconds lesson { id } } } } } }`,
    );
    expect(me.enrollments.nodes).toEqual([
      { progressPercent: 50, resumePoint: { positionSeconds: 7, lesson: { id: second } } },
    ]);
    const seconds = () =>
      learning.told.flatMap((told) =>
        told.type === 'lesson.progressed' && told.data.userId === person.id
          ? [told.data.watchedSeconds]
          : [],
      );
    await waitFor(() => seconds().length === 5, { what: 'learning to tell each event once' });
    expect(seconds()).toEqual(expect.arrayContaining([60, 90]));
  });

  it('takes a batch in the order in which it happened, each event by itself', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const [first, second] = course.lessonIds;
    await teacher.do('setLessonPrerequisites', { lessonId: second, prerequisiteIds: [first] }, '');
    const person = await learner(course);
    const events = [
      event(second, { completed: true, occurredAt: minutesAgo(2) }),
      event(first, { completed: true, occurredAt: minutesAgo(5) }),
      event(second, { occurredAt: minutesAgo(60 * 24 * 31) }),
      event(second, { occurredAt: minutesAgo(-60) }),
      event(newId(), {}),
    ];
    const { results } = await person.do<{ results: { clientEventId: string; code: string }[] }>(
      'recordLessonProgressBatch',
      { events },
      'results { clientEventId code }',
    );
    expect(results.map(({ clientEventId }) => clientEventId)).toEqual(
      events.map(({ clientEventId }) => clientEventId),
    );
    expect(results.map(({ code }) => code)).toEqual([
      null,
      null,
      'EVENT_TOO_OLD',
      'INVALID_INPUT',
      'NOT_FOUND',
    ]);
    expect(await enrollmentIn(person, course.id)).toMatchObject({ status: 'COMPLETED' });
    const many = { events: Array.from({ length: 101 }, () => event(first, {})) };
    expect(await person.refusal('recordLessonProgressBatch', many)).toBe('INVALID_INPUT');
  });
});

describe('the completion rule', () => {
  const writeQuiz = async (courseId: string) => {
    const question = (text: string) => ({
      text,
      choices: [
        { text: 'right', isCorrect: true },
        { text: 'wrong', isCorrect: false },
      ],
    });
    const { quiz } = await teacher.do<{
      quiz: { id: string; questions: { id: string; choices: { id: string; text: string }[] }[] };
    }>(
      'createQuiz',
      { courseId, title: 'Quiz', passPercent: 100, questions: [question('A'), question('B')] },
      'quiz { id questions { id choices { id text } } }',
    );
    return (person: Person, right: number) =>
      person.do(
        'submitQuiz',
        {
          quizId: quiz.id,
          clientAttemptId: newId(),
          answers: quiz.questions.slice(0, right).map(({ id, choices }) => ({
            questionId: id,
            choiceIds: choices.filter(({ text }) => text === 'right').map((one) => one.id),
          })),
        },
        '',
      );
  };

  it('may ask for a grade, with all lessons or without', async () => {
    const course = await writeCourse(teacher);
    const [one, two] = [await writeQuiz(course.id), await writeQuiz(course.id)];
    const rule = { courseId: course.id, kind: 'LESSONS_AND_MINIMUM_GRADE' };
    expect(await teacher.refusal('setCompletionRule', rule)).toBe('INVALID_INPUT');
    await teacher.do('setCompletionRule', { ...rule, minimumGrade: 70 }, '');
    const [diligent, quick] = [await learning.person(), await learning.person()];
    for (const person of [diligent, quick]) await enroll(person, course.id);
    const status = async (person: Person) => (await enrollmentIn(person, course.id))?.status;
    await complete(diligent, course.lessonIds[0]);
    await one(diligent, 2);
    expect(await status(diligent)).toBe('ACTIVE');
    // 100 and 50: neither passes the second quiz, and the average is 75.
    await two(diligent, 1);
    expect(await status(diligent)).toBe('COMPLETED');
    await one(quick, 2);
    await two(quick, 1);
    expect(await status(quick)).toBe('ACTIVE');
    const quicker = { ...rule, kind: 'MINIMUM_GRADE', minimumGrade: 75 };
    await teacher.do('setCompletionRule', quicker, '');
    expect(await status(quick)).toBe('COMPLETED');
  });
});

describe('resetProgress', () => {
  it('takes back what was completed, but not a completed course', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const [first, second] = course.lessonIds;
    const person = await learning.person();
    const { enrollment } = await enroll(person, course.id);
    await complete(person, first);
    const input = { enrollmentId: enrollment?.id };
    expect(await teacher.refusal('resetProgress', input)).toBeUndefined();
    expect(await enrollmentIn(person, course.id)).toMatchObject({
      progressPercent: 0,
      completedLessonCount: 0,
    });
    await learning.heard('progress.reset', (data) => data.userId === person.id);
    for (const lessonId of [first, second]) await complete(person, lessonId);
    expect(await teacher.refusal('resetProgress', input)).toBe('ENROLLMENT_COMPLETED');
  });
});
