import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventOf, startTestInsights, type TestInsights } from './testing/insights.js';
import { oracleOf } from './testing/oracle.js';
import { inventSchool, randomNumbers, shuffled, type School } from './testing/school.js';
import { dayMs } from './time.js';

const now = new Date();
const random = randomNumbers(20_261_122);
let insights: TestInsights;
let school: School;
let oracle: ReturnType<typeof oracleOf>;
const admin = { id: newId(), role: 'admin' as const };

beforeAll(async () => {
  insights = await startTestInsights(now);
  school = inventSchool(now, random, 60);
  oracle = oracleOf(school.events, now);
  const repeated = school.events.filter(() => random() < 0.3);
  await insights.publish(...shuffled([...school.events, ...repeated], random));
});
afterAll(() => insights?.close());

const ask = async <Data>(
  viewer: { id: string; role?: 'admin' | 'instructor' } | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> => {
  const client = viewer === null ? insights.client.anonymous : insights.client.as(viewer);
  const answer = await client.query<Data>(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data;
};

const figures = 'enrollments completions activeLearners';
const money = '{ amountMinor currency }';

/** Everything that anyone may ask, against the oracle. */
async function expectFigures() {
  const courseIds = school.courses.map(({ id }) => id);
  await expectAnalytics(courseIds);
  await expectDashboards(admin, null, courseIds);
  await expectDashboards(instructorOf(0), null, courseIds.slice(0, 2));
  for (const [index, courseId] of courseIds.entries()) {
    await expectDashboards(instructorOf(index), courseId, [courseId]);
    await expectFunnel(instructorOf(index), courseId);
    await expectAtRisk(instructorOf(index), courseId);
  }
}

const instructorOf = (course: number) => ({
  id: school.courses[course]?.instructorId ?? '',
  role: 'instructor' as const,
});

async function expectAnalytics(courseIds: readonly string[]) {
  const data = await ask<{ _entities: unknown[] }>(
    null,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Course { analytics { ${figures} } } } }`,
    { of: courseIds.map((id) => ({ __typename: 'Course', id })) },
  );
  expect(data._entities).toEqual(courseIds.map((id) => ({ analytics: oracle.analytics(id) })));
}

async function expectDashboards(
  viewer: { id: string; role: 'admin' | 'instructor' },
  courseId: string | null,
  visible: readonly string[],
) {
  for (const days of viewer.role === 'admin' ? [2, 45] : [30]) {
    const data = await ask<{ dashboard: unknown; revenue: unknown; retention: Cohort[] }>(
      viewer,
      `query ($courseId: ID, $days: Int!, $weeks: Int!) {
        dashboard(courseId: $courseId, days: $days) {
          totals { ${figures} revenue ${money} }
          daily { date ${figures} }
          topCourses { course { id } ${figures} revenue ${money} }
        }
        revenue(courseId: $courseId, days: $days) { date currency paid ${money} refunded ${money} net ${money} }
        retention(courseId: $courseId, weeks: $weeks) { week size weeks { offset active percent } }
      }`,
      { courseId, days, weeks: Math.ceil(days / 7) },
    );
    expect(data.dashboard).toEqual(oracle.dashboard(visible, days));
    expect(data.revenue).toEqual(oracle.revenue(visible, days));
    const isPlatform = viewer.role === 'admin' && courseId === null;
    const expected = oracle.retention(isPlatform ? null : visible, Math.ceil(days / 7));
    expect(data.retention).toEqual(
      expected.map(({ week, active }) => ({
        week,
        size: active[0],
        weeks: active.map((count, offset) => ({
          offset,
          active: count,
          percent: (100 * count) / (active[0] ?? 0),
        })),
      })),
    );
  }
}

interface Cohort {
  week: string;
  size: number;
  weeks: { offset: number; active: number; percent: number }[];
}

async function expectFunnel(viewer: { id: string; role: 'instructor' }, courseId: string) {
  const data = await ask<{ funnel: unknown }>(
    viewer,
    'query ($courseId: ID!) { funnel(courseId: $courseId) { stage learners percentOfEnrolled percentOfPrevious } }',
    { courseId },
  );
  const stages = ['ENROLLED', 'FIRST_LESSON', 'HALF', 'COMPLETED', 'CERTIFIED'];
  const counts = oracle.funnel(courseId);
  expect(data.funnel).toEqual(
    stages.map((stage, index) => ({
      stage,
      learners: counts[index],
      percentOfEnrolled: (100 * (counts[index] ?? 0)) / (counts[0] ?? 0),
      percentOfPrevious: (100 * (counts[index] ?? 0)) / (counts[Math.max(0, index - 1)] || 1),
    })),
  );
}

interface AtRiskPage {
  atRiskLearners: {
    totalCount: number;
    nodes: { riskScore: number; learner: { id: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

async function expectAtRisk(viewer: { id: string; role: 'instructor' }, courseId: string) {
  const nodes: AtRiskPage['atRiskLearners']['nodes'] = [];
  const expected = oracle.atRisk(courseId, 10);
  let after: string | null = null;
  do {
    const data: AtRiskPage = await ask<AtRiskPage>(
      viewer,
      `query ($courseId: ID!, $after: String) {
        atRiskLearners(courseId: $courseId, inactiveDays: 10, first: 8, after: $after) {
          totalCount pageInfo { hasNextPage endCursor }
          nodes { learner { id } lastActiveAt progressPercent riskScore reasons } } }`,
      { courseId, after },
    );
    const { atRiskLearners: page } = data;
    expect(page.totalCount).toBe(expected.length);
    nodes.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  const scores = nodes.map(({ riskScore }) => riskScore);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const byLearner = (a: { learner: { id: string } }, b: { learner: { id: string } }) =>
    a.learner.id < b.learner.id ? -1 : 1;
  expect([...nodes].sort(byLearner)).toEqual([...expected].sort(byLearner));
}

describe('figures', () => {
  it('are those that an oracle computes, whatever order events came in', async () => {
    // A test of zeros would prove nothing.
    const [first] = school.courses;
    expect(oracle.atRisk(first?.id ?? '', 10).length).toBeGreaterThan(4);
    expect(oracle.funnel(first?.id ?? '').every((count) => count > 0)).toBe(true);
    await expectFigures();
  }, 90_000);

  it('do not change when every event comes again, nor when parts merge', async () => {
    await insights.publish(...school.events);
    await expectFigures();
    // What a background merge may do at any time.
    for (const table of ['learning_events', 'payment_events', 'learner_days', 'learner_courses']) {
      await insights.clickhouse.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
    }
    await expectFigures();
  }, 90_000);

  it('come from one row for each event', async () => {
    const result = await insights.clickhouse.client.query({
      query: `SELECT toString(event_id) AS id FROM (
        SELECT event_id FROM user_events FINAL UNION ALL SELECT event_id FROM learning_events FINAL
        UNION ALL SELECT event_id FROM payment_events FINAL)`,
      format: 'JSONEachRow',
    });
    const stored = (await result.json<{ id: string }>()).map(({ id }) => id).sort();
    expect(stored).toEqual(school.events.map(({ eventId }) => eventId).sort());
  });

  it('count as active who studied in the last 30 days, to the millisecond', async () => {
    const courseId = newId();
    const at = (time: number) => {
      const ids = { enrollmentId: newId(), userId: newId(), courseId };
      return eventOf('enrollment.created', ids, new Date(time));
    };
    const edge = now.getTime() - 30 * dayMs;
    await insights.publish(at(edge), at(edge - 1));
    const data = await ask(
      null,
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Course { analytics { ${figures} } } } }`,
      { of: [{ __typename: 'Course', id: courseId }] },
    );
    expect(data).toEqual({
      _entities: [{ analytics: { enrollments: 2, completions: 0, activeLearners: 1 } }],
    });
  });
});
