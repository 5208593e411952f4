import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse, writeLesson, type TestCourse } from './test-courses.js';
import { startTestLearning, type Person, type TestLearning } from './test-support.js';

const people = ['anonymous', 'student', 'enrolled', 'otherTeacher', 'owner', 'admin'] as const;
type Who = (typeof people)[number];

let learning: TestLearning;
let by: Record<Who, Person>;
let course: TestCourse;
let draft: TestCourse;
let enrollmentId: string;
let quizId: string;

beforeAll(async () => {
  learning = await startTestLearning();
  by = {
    anonymous: learning.anonymous,
    student: await learning.person(),
    enrolled: await learning.person('student', 'Eva Enrolled'),
    otherTeacher: await learning.person('instructor'),
    owner: await learning.person('instructor'),
    admin: await learning.person('admin'),
  };
  course = await writeCourse(by.owner, { lessons: 2 });
  draft = await writeCourse(by.owner, { publish: false });
  const { enrollment } = await by.enrolled.do<{ enrollment: { id: string } }>(
    'enrollInCourse',
    { courseId: course.id },
    'enrollment { id }',
  );
  enrollmentId = enrollment.id;
  const { quiz } = await by.owner.do<{ quiz: { id: string } }>(
    'createQuiz',
    {
      courseId: course.id,
      title: 'Quiz',
      questions: [
        {
          text: 'Right?',
          choices: [
            { text: 'yes', isCorrect: true },
            { text: 'no', isCorrect: false },
          ],
        },
      ],
    },
    'quiz { id }',
  );
  quizId = quiz.id;
});
afterAll(() => learning.close());

/** What each person is answered: `ok`, or the code of the refusal. */
type Row = Record<Who, string>;
const answers = async (ask: (person: Person) => Promise<string | undefined>): Promise<Row> => {
  const row: Partial<Row> = {};
  for (const who of people) row[who] = (await ask(by[who])) ?? 'ok';
  return row as Row;
};

describe('mutations', () => {
  const authors = (ofOthers: string) => ({
    anonymous: 'UNAUTHENTICATED',
    student: 'FORBIDDEN',
    enrolled: 'FORBIDDEN',
    otherTeacher: ofOthers,
    owner: 'ok',
    admin: 'ok',
  });

  it.each<[string, () => Record<string, unknown>, Row]>([
    ['createCourse', () => ({ title: `Title ${newId()}` }), authors('ok')],
    ['updateCourse', () => ({ courseId: course.id, summary: 'New' }), authors('FORBIDDEN')],
    ['updateCourse', () => ({ courseId: draft.id, summary: 'New' }), authors('NOT_FOUND')],
    ['publishCourse', () => ({ courseId: course.id }), authors('FORBIDDEN')],
    ['createModule', () => ({ courseId: course.id, title: 'Module' }), authors('FORBIDDEN')],
    ['createModule', () => ({ courseId: draft.id, title: 'Module' }), authors('NOT_FOUND')],
    ['createLesson', () => ({ moduleId: draft.moduleId, title: 'L' }), authors('NOT_FOUND')],
    ['updateLesson', () => ({ lessonId: course.lessonIds[1], title: 'L' }), authors('FORBIDDEN')],
    [
      'setLessonPrerequisites',
      () => ({ lessonId: course.lessonIds[1], prerequisiteIds: [] }),
      authors('FORBIDDEN'),
    ],
    [
      'createQuiz',
      () => ({
        courseId: draft.id,
        title: 'Quiz',
        questions: [
          {
            text: 'Right?',
            choices: [
              { text: 'yes', isCorrect: true },
              { text: 'no', isCorrect: false },
            ],
          },
        ],
      }),
      authors('NOT_FOUND'),
    ],
    [
      'changeUserRole',
      () => ({ userId: by.student.id, role: 'STUDENT' }),
      { ...authors('FORBIDDEN'), owner: 'FORBIDDEN' },
    ],
    [
      'completeLesson',
      () => ({ lessonId: course.lessonIds[0] }),
      {
        anonymous: 'UNAUTHENTICATED',
        student: 'NOT_ENROLLED',
        enrolled: 'ok',
        otherTeacher: 'NOT_ENROLLED',
        owner: 'NOT_ENROLLED',
        admin: 'NOT_ENROLLED',
      },
    ],
    [
      'submitQuiz',
      () => ({ quizId, answers: [], clientAttemptId: newId() }),
      {
        anonymous: 'UNAUTHENTICATED',
        student: 'NOT_ENROLLED',
        enrolled: 'ok',
        otherTeacher: 'NOT_ENROLLED',
        owner: 'NOT_ENROLLED',
        admin: 'NOT_ENROLLED',
      },
    ],
  ])('%s', async (mutation, input, expected) => {
    expect(await answers((person) => person.refusal(mutation, input()))).toEqual(expected);
  });
});

describe('entities', () => {
  const document = `query ($all: [_Any!]!) { _entities(representations: $all) {
    ... on User { displayName } ... on Course { title } ... on Lesson { title } ... on Enrollment { id } } }`;
  const shown = (reference: object) =>
    answers(async (person) => {
      const answer = await person.ask<{ _entities: unknown[] }>(document, { all: [reference] });
      return answer._entities[0] === null ? 'hidden' : 'ok';
    });
  const all = (value: string): Row => Object.fromEntries(people.map((who) => [who, value])) as Row;
  const ownerAndAdmin = { ...all('hidden'), owner: 'ok', admin: 'ok' };

  it.each<[string, () => object, () => Row]>([
    ['a published course', () => ({ __typename: 'Course', id: course.id }), () => all('ok')],
    ['a draft', () => ({ __typename: 'Course', id: draft.id }), () => ownerAndAdmin],
    ['its lesson', () => ({ __typename: 'Lesson', id: draft.lessonIds[0] }), () => ownerAndAdmin],
    ['a lesson', () => ({ __typename: 'Lesson', id: course.lessonIds[0] }), () => all('ok')],
    [
      'an enrolment',
      () => ({ __typename: 'Enrollment', id: enrollmentId }),
      () => ({ ...ownerAndAdmin, enrolled: 'ok' }),
    ],
    [
      'a student',
      () => ({ __typename: 'User', id: by.enrolled.id }),
      () => ({ ...all('ok'), anonymous: 'hidden' }),
    ],
    ['an instructor', () => ({ __typename: 'User', id: by.owner.id }), () => all('ok')],
    ['nobody', () => ({ __typename: 'User', id: newId() }), () => all('hidden')],
    ['nonsense', () => ({ __typename: 'Course', id: 'nonsense' }), () => all('hidden')],
    ['an injection', () => ({ __typename: 'Lesson', id: "' OR 1=1 --" }), () => all('hidden')],
  ])('%s', async (_what, reference, expected) => {
    expect(await shown(reference())).toEqual(expected());
  });
});

describe('fields', () => {
  const entity = async <Fields>(person: Person, type: string, id: string, fields: string) => {
    const { _entities } = await person.ask<{ _entities: Fields[] }>(
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ${type} { ${fields} } } }`,
      { all: [{ __typename: type, id }] },
    );
    return _entities[0];
  };

  it.each(['email', 'language', 'timeZone'])('User.%s is for oneself and admins', async (field) => {
    const row = await answers(async (person) => {
      const user = await entity<Record<string, unknown> | null>(
        person,
        'User',
        by.enrolled.id,
        field,
      );
      return (user?.[field] ?? null) === null ? 'hidden' : 'ok';
    });
    expect(row).toEqual({
      anonymous: 'hidden',
      student: 'hidden',
      enrolled: 'ok',
      otherTeacher: 'hidden',
      owner: 'hidden',
      admin: 'ok',
    });
  });

  it('User.enrollments is for oneself and admins', async () => {
    const row = await answers(async (person) => {
      const [code] = await person.errors(
        `query ($all: [_Any!]!) { _entities(representations: $all) { ... on User { enrollments { totalCount } } } }`,
        { all: [{ __typename: 'User', id: by.enrolled.id }] },
      );
      return code;
    });
    expect(row).toEqual({
      // To her the account itself is hidden, so there is nothing to ask of it.
      anonymous: 'ok',
      student: 'FORBIDDEN',
      enrolled: 'ok',
      otherTeacher: 'FORBIDDEN',
      owner: 'FORBIDDEN',
      admin: 'ok',
    });
  });

  it('me is oneself, and nobody without signing in', async () => {
    expect(await by.enrolled.ask('{ me { id displayName role } }')).toEqual({
      me: { id: by.enrolled.id, displayName: 'Eva Enrolled', role: 'STUDENT' },
    });
    expect(await by.anonymous.ask('{ me { id } }')).toEqual({ me: null });
  });

  it('an unpublished prerequisite stays hidden from learners', async () => {
    const hidden = await writeLesson(by.owner, course.moduleId, { title: 'H', isPublished: false });
    const [first] = course.lessonIds;
    const set = { lessonId: first, prerequisiteIds: [hidden] };
    await by.owner.do('setLessonPrerequisites', set, '');
    const seen = async (person: Person) =>
      entity(person, 'Lesson', first ?? '', 'prerequisites { title }');
    expect(await seen(by.enrolled)).toEqual({ prerequisites: [] });
    expect(await seen(by.owner)).toEqual({ prerequisites: [{ title: 'H' }] });
  });
});

it('answers nobody but the router', async () => {
  const response = await fetch(new URL('/graphql', learning.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ courses { nodes { id } } }' }),
  });
  expect(response.status).toBe(401);
});
