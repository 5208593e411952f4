import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../database.js';
import { writeCourse, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';
import { activityRepository } from '../activity/repository.js';

/**
 * A school's worth of enrolments, written by SQL: what a list costs must not depend on how many there are.
 */
let learning: TestLearning;
let databaseUrl: string;
let teacher: Person;
let course: TestCourse;
/** Of the learner whose own lists are asked for, and of one of her enrolments. */
let userId: string;
let enrollmentId: string;
beforeAll(async () => {
  learning = await startTestLearning(async () => {
    const postgres = await startTestPostgresServer();
    databaseUrl = postgres.urlOf('learning');
    return postgres;
  });
  teacher = await learning.person('instructor');
  course = await writeCourse(teacher, { lessons: 2 });
  await learning.sql(
    `WITH person AS (
       INSERT INTO learning.users (id, email, password_hash, display_name, role)
       SELECT gen_random_uuid(), 'p' || n || '@example.test', '', 'Pat', 'student' FROM generate_series(1, 5000) AS n
       RETURNING id)
     INSERT INTO learning.user_preferences (user_id, language, time_zone) SELECT id, 'en', 'UTC' FROM person`,
  );
  // Each of 5,000 people in 20 courses: 100,000. One is the course that the test asks for.
  await learning.sql(
    `INSERT INTO learning.courses (id, slug, title, level, language, access, status, published_at)
     SELECT gen_random_uuid(), 'bulk-' || n, 'Bulk ' || n, 'BEGINNER', 'en', 'FREE', 'PUBLISHED', now()
       FROM generate_series(1, 19) AS n`,
  );
  await learning.sql(
    `INSERT INTO learning.enrollments (id, user_id, course_id, source, enrolled_at, expires_at)
     SELECT gen_random_uuid(), u.id, c.id, 'FREE', now() - random() * interval '300 days',
            CASE WHEN random() < 0.1 THEN now() + random() * interval '300 days' END
       FROM (SELECT id FROM learning.users WHERE email LIKE 'p%@example.test') AS u
       CROSS JOIN (SELECT id FROM learning.courses WHERE slug LIKE 'bulk-%' OR id = $1) AS c`,
    [course.id],
  );
  await learning.sql(
    `UPDATE learning.courses AS c SET enrolled_count =
       (SELECT count(*) FROM learning.enrollments WHERE course_id = c.id)`,
  );
  await learning.sql(
    `INSERT INTO learning.lesson_progress_events (enrollment_id, client_event_id, recorded_at)
     SELECT id, 'one', now() FROM learning.enrollments`,
  );
  await learning.sql(
    `INSERT INTO learning.user_activities (id, user_id, kind, course_id, occurred_at)
     SELECT gen_random_uuid(), user_id, 'ENROLLED', course_id, enrolled_at FROM learning.enrollments`,
  );
  await learning.sql(
    `INSERT INTO learning.learning_analytics (user_id, course_id, day, seconds)
     SELECT user_id, course_id, enrolled_at::date, 60 FROM learning.enrollments`,
  );
  await learning.sql(
    'ANALYZE learning.enrollments, learning.users, learning.lesson_progress_events',
  );
  await learning.sql('ANALYZE learning.user_activities');
  await learning.sql('ANALYZE learning.learning_analytics');
  const [row] = await learning.sql<{ id: string; user_id: string }>(
    'SELECT id, user_id FROM learning.enrollments WHERE course_id = $1 LIMIT 1',
    [course.id],
  );
  userId = row?.user_id ?? '';
  enrollmentId = row?.id ?? '';
});
afterAll(() => learning.close());

const rosterOf = (courseId: string) => `query ($first: Int) {
  _entities(representations: [{ __typename: "Course", id: "${courseId}" }]) { ... on Course {
    enrollments(first: $first) { nodes { progressPercent status student { displayName }
      resumePoint { positionSeconds } nextLesson { title } history { reason } certificate { id } } } } } }`;

it('asks as much for a roster of 100 as for one of 10', async () => {
  const statements = async (first: number) =>
    (
      await learning.statements(async () => {
        const { _entities } = await teacher.ask<{
          _entities: [{ enrollments: { nodes: unknown[] } }];
        }>(rosterOf(course.id), { first });
        expect(_entities[0].enrollments.nodes).toHaveLength(first);
      })
    ).length;
  const ten = await statements(10);
  expect(await statements(100)).toBe(ten);
  expect(ten).toBeLessThanOrEqual(10);
});

const bigTables = [
  'enrollments',
  'lesson_progress_events',
  'user_activities_default',
  'learning_analytics_default',
];

/**
 * The plan for a statement, whatever its arguments: the one that is made once for all of them. Prepared, because
 * EXPLAIN's own word for it, GENERIC_PLAN, is younger than some servers. The test's connection is one.
 */
const planOf = async (sql: string) => {
  const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  const nulls = Array.from({ length: Math.max(0, ...numbers) }, () => 'NULL').join(', ');
  await learning.sql(`PREPARE asked AS ${sql}`);
  try {
    const rows = await learning.sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN EXECUTE asked${nulls === '' ? '' : ` (${nulls})`}`,
    );
    return { sql, plan: rows.map((row) => row['QUERY PLAN']).join('\n') };
  } finally {
    await learning.sql('DEALLOCATE asked');
  }
};

/**
 * What "statements" leaves out, because learning writes activities at any time: as the repository sends it, on a
 * connection of the test's own.
 */
async function activityStatements(): Promise<string[]> {
  const sent: string[] = [];
  const prisma = connectDatabase(databaseUrl, (sql) => sent.push(sql));
  const activities = activityRepository(prisma);
  const learner = { userId, courseId: course.id };
  const since = new Date(Date.now() - 90 * 24 * 60 * 60 * 1000);
  await activities.pageOf(userId, since, { first: 20, limit: 21, after: null });
  await activities.pageOf(userId, since, { first: 20, limit: 21, after: [Date.now(), newId()] });
  await activities.countOf(userId, since);
  await activities.daysOf(learner, { first: 20, limit: 21, after: null });
  await activities.daysOf(learner, { first: 20, limit: 21, after: ['2026-01-01'] });
  await activities.countDays(learner);
  await prisma.$disconnect();
  const asked = sent.filter((sql) => /user_activities|learning_analytics/.test(sql));
  expect(asked).toHaveLength(6);
  return asked;
}

it('reads no big table from end to end, whatever is asked of it often', async () => {
  const learner = learning.as({ id: userId, role: 'student', sessionId: newId() });
  const [lessonId] = course.lessonIds;
  const event = {
    lessonId,
    clientEventId: newId(),
    positionSeconds: 1,
    watchedSeconds: 1,
    occurredAt: new Date().toISOString(),
    completed: true,
  };
  const taken = await learning.statements(async () => {
    await teacher.ask(rosterOf(course.id), { first: 20 });
    await learner.ask(
      `{ me { activities { nodes { kind } } enrollments { nodes { status history { reason }
           resumePoint { positionSeconds } learningDays { nodes { seconds } } nextLesson { title } } } } }`,
    );
    await learner.ask(
      `query ($slug: String!) { course(slug: $slug) { viewerEnrollment { id } waitingCount
           viewerWaitingListEntry { position } modules { lessons { body lock completed } } } }`,
      { slug: course.slug },
    );
    await learner.do('recordLessonProgress', event, '');
    await learner.do('cancelEnrollment', { enrollmentId }, '');
    await learner.do('enrollInCourse', { courseId: course.id }, '');
    await learning.running.runJob('settle-courses');
    await learning.running.runJob('forget-progress-events');
  });
  const plans = [];
  await learning.sql('SET plan_cache_mode = force_generic_plan');
  for (const sql of [...new Set([...taken, ...(await activityStatements())])])
    plans.push(await planOf(sql));
  const scans = plans.flatMap(({ sql, plan }) =>
    bigTables
      .filter((table) => new RegExp(`Seq Scan on ${table}\\b`).test(plan))
      .map((table) => `${table}: ${sql}`),
  );
  expect(plans.length).toBeGreaterThan(20);
  expect(scans).toEqual([]);
});
