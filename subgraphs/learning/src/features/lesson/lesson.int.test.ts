import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse, writeLesson, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let student: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  student = await learning.person('student');
});
afterAll(() => learning.close());

const lessonOf = async (id: string | undefined, by: Person) => {
  const document = `query ($id: ID!) { lesson(id: $id) {
    title body isLocked isPreview prerequisites { id } completed } }`;
  const { lesson } = await by.ask<{ lesson: Record<string, unknown> | null }>(document, { id });
  return lesson;
};

describe('lessons', () => {
  it('keep their body to those who may read it', async () => {
    const course = await writeCourse(teacher);
    const preview = await writeLesson(teacher, course.moduleId, {
      title: 'Taste',
      isPreview: true,
    });
    const [lessonId] = course.lessonIds;
    const enrolled = await learning.person();
    await enrolled.do('enrollInCourse', { courseId: course.id }, '');
    const admin = await learning.person('admin');
    const otherTeacher = await learning.person('instructor');
    for (const reader of [enrolled, admin, teacher]) {
      expect(await lessonOf(lessonId, reader)).toMatchObject({ body: 'Text.', isLocked: false });
    }
    for (const visitor of [learning.anonymous, student, otherTeacher]) {
      expect(await lessonOf(lessonId, visitor)).toMatchObject({ body: null, isLocked: true });
      expect(await lessonOf(preview, visitor)).toMatchObject({ body: 'Text.', isLocked: false });
    }
  });

  it('are seen before publication by their authors only', async () => {
    const course = await writeCourse(teacher);
    const hidden = await writeLesson(teacher, course.moduleId, {
      title: 'Draft',
      isPublished: false,
    });
    expect(await lessonOf(hidden, student)).toBeNull();
    expect(await lessonOf(hidden, teacher)).toMatchObject({ title: 'Draft' });
    const draft = await writeCourse(teacher, { publish: false });
    expect(await lessonOf(draft.lessonIds[0], student)).toBeNull();
    const tree =
      'query ($slug: String!) { course(slug: $slug) { lessonCount modules { lessons { title } } } }';
    const titles = async (by: Person) =>
      (await by.ask<{ course: object }>(tree, { slug: course.slug })).course;
    expect(await titles(student)).toEqual({
      lessonCount: 1,
      modules: [{ lessons: [{ title: 'Lesson 1' }] }],
    });
    expect(await titles(teacher)).toEqual({
      lessonCount: 1,
      modules: [{ lessons: [{ title: 'Lesson 1' }, { title: 'Draft' }] }],
    });
  });

  it('change as told, and only where told', async () => {
    const course = await writeCourse(teacher);
    const [lessonId] = course.lessonIds;
    const selection = 'lesson { title body difficulty durationMinutes kind }';
    const first = { lessonId, difficulty: 7, durationMinutes: 20, kind: 'EXERCISE' };
    await teacher.do('updateLesson', first, selection);
    const changed = await teacher.do('updateLesson', { lessonId, difficulty: null }, selection);
    expect(changed).toMatchObject({
      lesson: {
        title: 'Lesson 1',
        body: 'Text.',
        difficulty: null,
        durationMinutes: 20,
        kind: 'EXERCISE',
      },
    });
    const { userErrors } = await teacher.do('updateLesson', { lessonId, title: null }, '');
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'title'] }]);
  });

  it('have a key of their own in the course', async () => {
    const course = await writeCourse(teacher);
    const other = await writeCourse(teacher);
    const lesson = { moduleId: course.moduleId, title: 'Imported', externalKey: 'bob' };
    expect(await teacher.refusal('createLesson', lesson)).toBeUndefined();
    expect(await teacher.refusal('createLesson', lesson)).toBe('EXTERNAL_KEY_TAKEN');
    const elsewhere = { ...lesson, moduleId: other.moduleId };
    expect(await teacher.refusal('createLesson', elsewhere)).toBeUndefined();
  });
});

describe('prerequisites', () => {
  let course: TestCourse;
  const set = (lessonId: string | undefined, ...prerequisiteIds: (string | undefined)[]) =>
    teacher.do<{ lesson: { prerequisites: { id: string }[] } | null }>(
      'setLessonPrerequisites',
      { lessonId, prerequisiteIds },
      'lesson { prerequisites { id } }',
    );
  beforeAll(async () => {
    course = await writeCourse(teacher, { lessons: 3 });
  });

  it('replace those before, in the order of the course', async () => {
    const [first, second, third] = course.lessonIds;
    await set(third, first);
    const answer = await set(third, second, first, first);
    expect(answer.lesson?.prerequisites).toEqual([{ id: first }, { id: second }]);
  });

  it('make no cycle, and the refusal names the way', async () => {
    const [first, second, third] = course.lessonIds;
    await set(second, first);
    await set(third, second);
    const { userErrors } = await set(first, third);
    expect(userErrors).toEqual([
      {
        code: 'LESSON_PREREQUISITE_CYCLE',
        message: 'This makes a cycle: "Lesson 1" → "Lesson 3" → "Lesson 2" → "Lesson 1".',
        field: ['input', 'prerequisiteIds'],
      },
    ]);
    expect((await set(first, first)).userErrors[0]?.code).toBe('LESSON_PREREQUISITE_CYCLE');
    expect(await lessonOf(first, teacher)).toMatchObject({ prerequisites: [] });
  });

  it('lie in the same course, and exist', async () => {
    const other = await writeCourse(teacher);
    const [first] = course.lessonIds;
    expect((await set(first, other.lessonIds[0])).userErrors[0]?.code).toBe('OTHER_COURSE');
    expect((await set(first, newId())).userErrors[0]?.code).toBe('NOT_FOUND');
    expect((await set(first, 'nonsense')).userErrors[0]?.code).toBe('NOT_FOUND');
  });
});

describe('statements', () => {
  const nested = `query ($first: Int) { courses(first: $first) { nodes {
    title lessonCount viewerEnrollment { progressPercent nextLesson { title } }
    instructors { displayName }
    quizzes { title questions { text } viewerAttempts { passed } }
    modules { title lessons { title body isLocked completed prerequisites { title } } } } } }`;
  const mine = `query ($first: Int) { me { enrollments(first: $first) { nodes {
    progressPercent course { title instructors { displayName } modules { lessons { completed } } }
    certificate { verificationCode } } } } }`;
  const announced = `query ($first: Int) { me { enrollments(first: $first) { nodes {
    course { announcements(first: 1) { nodes { title } } } } } } }`;

  it('are one for each level, however many parents', async () => {
    const learner = await learning.person();
    for (let number = 1; number <= 10; number++) {
      const course = await writeCourse(teacher, { lessons: 2 });
      const [first, second] = course.lessonIds;
      await teacher.do(
        'setLessonPrerequisites',
        { lessonId: second, prerequisiteIds: [first] },
        '',
      );
      await teacher.do(
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
        '',
      );
      await learner.do('enrollInCourse', { courseId: course.id }, '');
    }
    await enrollIn90More(learner.id);
    const counts = async (document: string) => {
      const of = async (first: number) =>
        (await learning.statements(() => learner.ask(document, { first }))).length;
      return [await of(10), await of(100)];
    };
    // One each for: courses, lesson counts, enrolments, next lessons and their rows, instructors and their
    // names, quizzes, questions, attempts, modules, lessons, bodies, locks, completion, prerequisites.
    expect(await counts(nested)).toEqual([16, 16]);
    // Me, enrolments, courses, instructors and their names, modules, lessons, completion, certificates.
    expect(await counts(mine)).toEqual([9, 9]);
    // Me, enrolments, courses, whose announcements are hers to read, and these.
    expect(await counts(announced)).toEqual([5, 5]);
  });

  /** Older ones, by SQL: 90 courses of two lessons, through the graph, would take long. */
  async function enrollIn90More(userId: string) {
    await learning.sql(
      `WITH course AS (
         INSERT INTO learning.courses (id, slug, title, level, language, access, status, published_at)
         SELECT gen_random_uuid(), 'more-' || n, 'More', 'BEGINNER', 'en', 'FREE', 'PUBLISHED', '2026-01-01'
           FROM generate_series(1, 90) AS n RETURNING id),
       module AS (
         INSERT INTO learning.course_modules (id, course_id, title, position)
         SELECT gen_random_uuid(), id, 'M', 1 FROM course RETURNING id, course_id),
       lesson AS (
         INSERT INTO learning.lessons (id, course_id, module_id, title, kind, position, is_published, is_preview)
         SELECT gen_random_uuid(), course_id, id, 'L', 'VIDEO', n, true, false
           FROM module, generate_series(1, 2) AS n)
       INSERT INTO learning.enrollments (id, user_id, course_id, enrolled_at)
       SELECT gen_random_uuid(), $1, id, '2026-01-01' FROM course`,
      [userId],
    );
  }

  it('are one for any number of references', async () => {
    const course = await writeCourse(teacher, { lessons: 5 });
    const document =
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Lesson { title } } }';
    const all = course.lessonIds.map((id) => ({ __typename: 'Lesson', id }));
    const statements = await learning.statements(() => student.ask(document, { all }));
    expect(statements).toHaveLength(1);
  });
});
