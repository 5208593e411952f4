import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

const activitiesOf = async (person: Person) => {
  const { me } = await person.ask<{ me: { activities: { nodes: { kind: string }[] } } }>(
    '{ me { activities(first: 100) { nodes { kind course { id } } } } }',
  );
  return me.activities.nodes;
};
const partitions = async (parent: string) => {
  const rows = await learning.sql<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1`,
    [`learning.${parent}`],
  );
  return rows.map(({ name }) => name.replace('learning.', ''));
};

it('tells a person what she did, and adds up her days', async () => {
  const course = await writeCourse(teacher, { lessons: 2 });
  const person = await learning.person();
  await person.do('enrollInCourse', { courseId: course.id }, '');
  const [first, second] = course.lessonIds;
  await person.do('completeLesson', { lessonId: first }, '');
  const dayBefore = new Date(Date.now() - 24 * 60 * 60_000).toISOString();
  const event = (watchedSeconds: number, occurredAt = new Date().toISOString()) => ({
    lessonId: second,
    clientEventId: newId(),
    positionSeconds: 1,
    watchedSeconds,
    occurredAt,
    completed: true,
  });
  // Told when she was connected again.
  await person.do('recordLessonProgress', event(86_400, dayBefore), '');
  await person.do('recordLessonProgress', event(1, dayBefore), '');
  await person.do('recordLessonProgress', event(40), '');
  await person.do('recordLessonProgress', event(2), '');
  const kinds = async () => (await activitiesOf(person)).map(({ kind }) => kind).sort();
  await waitFor(async () => (await kinds()).length === 5, { what: 'her activities' });
  expect(await kinds()).toEqual([
    'CERTIFICATE_ISSUED',
    'COURSE_COMPLETED',
    'ENROLLED',
    'LESSON_COMPLETED',
    'LESSON_COMPLETED',
  ]);
  const days = async () => {
    const { me } = await person.ask<{
      me: { enrollments: { nodes: [{ learningDays: { nodes: { seconds: number }[] } }] } };
    }>(
      `{ me { enrollments { nodes { learningDays { nodes { day seconds lessonsCompleted quizAttempts } } } } } }`,
    );
    return me.enrollments.nodes[0].learningDays.nodes;
  };
  const day = new Date().toISOString().slice(0, 10);
  const secondsOfDays = async () => (await days()).reduce((sum, { seconds }) => sum + seconds, 0);
  await waitFor(async () => (await secondsOfDays()) >= 86_442, { what: 'her days' });
  expect(await days()).toEqual([
    { day, seconds: 42, lessonsCompleted: 2, quizAttempts: 0 },
    // No day has more.
    { day: dayBefore.slice(0, 10), seconds: 86_400, lessonsCompleted: 0, quizAttempts: 0 },
  ]);
});

it('has months ahead, moves what came before them, and drops what is too old, once for two jobs', async () => {
  const { id } = await learning.person();
  const insert = (at: string) =>
    learning.sql(
      `INSERT INTO learning.user_activities (id, user_id, kind, occurred_at) VALUES ($1, $2, 'ENROLLED', $3)`,
      [newId(), id, at],
    );
  learning.clock.set(new Date('2030-01-15T12:00:00Z'));
  await insert('2030-01-31T23:59:59.999Z');
  await insert('2030-02-01T00:00:00Z');
  await Promise.all([1, 2].map(() => learning.running.runJob('maintain-partitions')));
  await learning.running.runJob('maintain-partitions');
  const months = ['2030_01', '2030_02', '2030_03', '2030_04'];
  for (const parent of ['user_activities', 'learning_analytics']) {
    expect(await partitions(parent)).toEqual(
      expect.arrayContaining([...months, 'default'].map((month) => `${parent}_${month}`)),
    );
  }
  const count = async (table: string) => {
    const rows = await learning.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM learning.${table} WHERE user_id = $1`,
      [id],
    );
    return rows[0]?.count;
  };
  expect(await count('user_activities_2030_01')).toBe(1);
  expect(await count('user_activities_2030_02')).toBe(1);
  expect(await count('user_activities_default')).toBe(0);
  // 90 days after the end of January, and not of February.
  learning.clock.set(new Date('2030-05-03T12:00:00Z'));
  await learning.running.runJob('maintain-partitions');
  const left = await partitions('user_activities');
  expect(left).not.toContain('user_activities_2030_01');
  expect(left).toContain('user_activities_2030_02');
  expect(await partitions('learning_analytics')).toContain('learning_analytics_2030_01');
  learning.clock.set(new Date());
});

it('has figures of a course for those who teach it', async () => {
  const course = await writeCourse(teacher, { lessons: 2 });
  const [half, none] = [await learning.person(), await learning.person()];
  for (const person of [half, none]) await person.do('enrollInCourse', { courseId: course.id }, '');
  await half.do('completeLesson', { lessonId: course.lessonIds[0] }, '');
  const statistics = async (person: Person) => {
    const answer = await person.ask<{ course: { statistics: object | null } }>(
      `query ($slug: String!) { course(slug: $slug) { statistics {
         enrolledCount activeCount completedCount averageProgressPercent } } }`,
      { slug: course.slug },
    );
    return answer.course.statistics;
  };
  const nothing = {
    enrolledCount: 0,
    activeCount: 0,
    completedCount: 0,
    averageProgressPercent: 0,
  };
  expect(await statistics(teacher)).toEqual(nothing);
  await learning.running.runJob('refresh-statistics');
  const some = { enrolledCount: 2, activeCount: 2, completedCount: 0, averageProgressPercent: 25 };
  expect(await statistics(teacher)).toEqual(some);
  expect(await statistics(half)).toBeNull();
});
