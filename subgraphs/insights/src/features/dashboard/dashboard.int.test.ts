import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  courseEvent,
  eventOf,
  startTestInsights,
  type TestInsights,
} from '../../testing/insights.js';

const now = new Date();
let insights: TestInsights;
const courseId = newId();
const instructor = { id: newId(), role: 'instructor' as const };
const colleague = { id: newId(), role: 'instructor' as const };
const student = { id: newId(), role: 'student' as const };
const admin = { id: newId(), role: 'admin' as const };

beforeAll(async () => {
  insights = await startTestInsights(now);
  await insights.publish(courseEvent(courseId, [instructor.id], now));
});
afterAll(() => insights?.close());

const enrollment = (course = courseId) =>
  eventOf('enrollment.created', { enrollmentId: newId(), userId: newId(), courseId: course }, now);

const queries = {
  dashboard: 'query ($courseId: ID!) { dashboard(courseId: $courseId) { asOf } }',
  funnel: 'query ($courseId: ID!) { funnel(courseId: $courseId) { learners } }',
  retention: 'query ($courseId: ID!) { retention(courseId: $courseId) { size } }',
  revenue: 'query ($courseId: ID!) { revenue(courseId: $courseId) { date } }',
  atRiskLearners: 'query ($courseId: ID!) { atRiskLearners(courseId: $courseId) { totalCount } }',
};

describe.each(Object.entries(queries))('%s', (field, query) => {
  const codeFor = async (
    viewer: { id: string; role: 'student' | 'instructor' | 'admin' } | null,
    id = courseId,
  ) => {
    const client = viewer === null ? insights.client.anonymous : insights.client.as(viewer);
    const { data, errors } = await client.query<Record<string, unknown> | null>(query, {
      courseId: id,
    });
    if (errors === undefined) expect(data?.[field]).toBeDefined();
    return errors?.[0]?.extensions?.['code'] ?? 'answered';
  };

  it('is for the course’s instructors and for admins', async () => {
    expect(await codeFor(instructor)).toBe('answered');
    expect(await codeFor(admin)).toBe('answered');
    expect(await codeFor(colleague)).toBe('FORBIDDEN');
    expect(await codeFor(student)).toBe('FORBIDDEN');
    // The right goes with the course and the role, not with the id alone.
    expect(await codeFor({ id: instructor.id, role: 'student' })).toBe('FORBIDDEN');
    expect(await codeFor(null)).toBe('UNAUTHENTICATED');
  });

  it('tells unknown and malformed courses to admins only', async () => {
    for (const id of [newId(), 'x', '', `${courseId}'`]) {
      expect(await codeFor(admin, id)).toBe('NOT_FOUND');
      expect(await codeFor(instructor, id)).toBe('FORBIDDEN');
    }
  });
});

it('shows an instructor without courses an empty dashboard', async () => {
  const answer = await insights.client
    .as(colleague)
    .query(
      '{ dashboard(days: 1) { totals { enrollments revenue { amountMinor } } daily { date } topCourses { course { id } } } revenue { date } retention { week } }',
    );
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toEqual({
    dashboard: {
      totals: { enrollments: 0, revenue: [] },
      daily: [{ date: now.toISOString().slice(0, 10) }],
      topCourses: [],
    },
    revenue: [],
    retention: [],
  });
});

it.each([
  '{ dashboard(days: 0) { asOf } }',
  '{ dashboard(days: 367) { asOf } }',
  '{ dashboard { topCourses(first: 101) { enrollments } } }',
  '{ revenue(days: -1) { date } }',
  '{ retention(weeks: 53) { week } }',
  `{ atRiskLearners(courseId: "${courseId}", inactiveDays: 0) { totalCount } }`,
  `{ atRiskLearners(courseId: "${courseId}", first: 101) { totalCount } }`,
  `{ atRiskLearners(courseId: "${courseId}", after: "WzEsMiwzXQ") { totalCount } }`,
  `{ atRiskLearners(courseId: "${courseId}", after: "WzEuNSwyLCIzIl0") { totalCount } }`,
])('refuses %s', async (query) => {
  const { errors } = await insights.client.as(admin).query(query);
  expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
});

describe('dashboardUpdated', () => {
  const query = `subscription ($courseId: ID) {
    dashboardUpdated(courseId: $courseId) { totals { enrollments } } }`;
  const call = (
    step: 'open' | 'resolve',
    viewer: typeof admin | typeof instructor | typeof student,
    variables: object,
  ) =>
    insights.client
      .as(viewer)
      .post(`/internal/subscriptions/${step}`, { query, variables, payload: {} })
      .then(({ body }) => body as Record<string, unknown>);

  it('opens on the topic that the viewer may hear', async () => {
    expect(await call('open', instructor, { courseId })).toEqual({
      topics: [`dashboard:course:${courseId}`],
      replayable: false,
    });
    expect(await call('open', instructor, {})).toMatchObject({
      topics: [`dashboard:instructor:${instructor.id}`],
    });
    expect(await call('open', admin, {})).toMatchObject({ topics: ['dashboard:all'] });
  });

  it('refuses others, when it opens and for each message', async () => {
    const forbidden = [expect.objectContaining({ extensions: { code: 'FORBIDDEN' } })];
    for (const step of ['open', 'resolve'] as const) {
      expect(await call(step, colleague, { courseId })).toMatchObject({ errors: forbidden });
      expect(await call(step, student, {})).toMatchObject({ errors: forbidden });
    }
  });

  it('is told of a change once ClickHouse has it, and then shows it', async () => {
    const heard: { topic: string; enrollments: unknown }[] = [];
    const topics = [
      `dashboard:course:${courseId}`,
      `dashboard:instructor:${instructor.id}`,
      'dashboard:all',
    ];
    for (const topic of topics) {
      await insights.pubSub.subscribe(topic, () => {
        void call('resolve', instructor, { courseId }).then(({ data }) =>
          heard.push({ topic, enrollments: data }),
        );
      });
    }
    await insights.publish(enrollment());
    const shown = { dashboardUpdated: { totals: { enrollments: 1 } } };
    await waitFor(() => heard.length === topics.length, { what: 'a message on every topic' });
    expect(heard.map(({ topic }) => topic).sort()).toEqual([...topics].sort());
    for (const { enrollments } of heard) expect(enrollments).toEqual(shown);
  });

  it('is told of a burst a few times only, the last time after its end', async () => {
    const burst = newId();
    await insights.publish(courseEvent(burst, [colleague.id], now));
    const messages: number[] = [];
    await insights.pubSub.subscribe(`dashboard:course:${burst}`, () => messages.push(Date.now()));
    let published = 0;
    for (let round = 0; round < 20; round++) {
      await insights.publish(enrollment(burst), enrollment(burst));
      published = Date.now();
    }
    await waitFor(() => (messages.at(-1) ?? 0) >= published - 1, { what: 'the trailing message' });
    const lasted = (messages.at(-1) ?? 0) - (messages[0] ?? 0);
    expect(messages.length).toBeLessThanOrEqual(Math.floor(lasted / 490) + 1);
    const { data } = await insights.client
      .as(colleague)
      .query('{ dashboard { totals { enrollments } } }');
    expect(data).toEqual({ dashboard: { totals: { enrollments: 40 } } });
  });
});
