import { readDemoAccounts } from '../../client/accounts.js';
import type { GraphqlClient } from '../../client/graphql-client.js';
import { signIn, signInWithToken, type Session } from '../../client/session.js';
import { openSubscription, type Subscription } from '../../client/subscription.js';
import { eventually } from '../../client/wait.js';
import type { ToolEnv } from '../../env.js';
import {
  dashboardUpdatedOperation,
  insightsOperation,
  type Dashboard,
  type Insights,
  type OpenedCourse,
} from '../operations.js';
import { expect } from '../play.js';
import { priceText, type Say } from './visitor.js';

type DashboardEvents = Subscription<{ dashboardUpdated: Dashboard }>;

/** The course's figures before the visitor came, and the open live dashboard. */
export interface Watch {
  readonly session: Session;
  readonly before: Insights;
  readonly live: DashboardEvents;
}

/** How long events may take to become figures; they are written in batches. */
const figuresTimeoutMs = 20_000;

/** Signs in the course's instructor, or else the admin, and opens the live dashboard. */
export async function watchCourse(
  anonymous: GraphqlClient,
  course: OpenedCourse,
  env: ToolEnv,
  say: Say,
): Promise<Watch> {
  const session = await staffOf(anonymous, course, env);
  try {
    const courseId = course.id;
    const before = await session.client.request(insightsOperation, { courseId });
    const live = await openSubscription(session.client, dashboardUpdatedOperation, { courseId });
    say(`as ${session.user.role.toLowerCase()}`);
    say(`${before.dashboard.totals.enrollments} enrolments so far`);
    return { session, before, live };
  } catch (error) {
    await session.logOut();
    throw error;
  }
}

async function staffOf(
  anonymous: GraphqlClient,
  course: OpenedCourse,
  env: ToolEnv,
): Promise<Session> {
  if (env.token !== undefined) return signInWithToken(anonymous, env.token);
  const accounts = await readDemoAccounts(env.dataDirectory);
  const instructor = await signIn(anonymous, accounts.instructor);
  if (course.instructors.some(({ id }) => id === instructor.user.id)) return instructor;
  await instructor.logOut();
  return signIn(anonymous, accounts.admin);
}

/** The live dashboard shows one enrolment more than before. */
export async function dashboardMoves({ before, live }: Watch, say: Say): Promise<void> {
  const earlier = before.dashboard.totals.enrollments;
  const { data } = await live.first(
    'A dashboard with the new enrolment',
    figuresTimeoutMs,
    ({ dashboardUpdated }) => dashboardUpdated.totals.enrollments > earlier,
  );
  say(`enrolments ${earlier} → ${data.dashboardUpdated.totals.enrollments}`);
}

/** Funnel, retention, revenue and at-risk learners tell of the visitor who has completed the course. */
export async function insightsReflect(
  { session, before }: Watch,
  course: OpenedCourse,
  learnerId: string,
  say: Say,
): Promise<void> {
  const after = await eventually(
    'the figures to tell of the new learner',
    figuresTimeoutMs,
    async () => {
      const now = await session.client.request(insightsOperation, { courseId: course.id });
      return missingIn(before, now, course) === undefined ? now : undefined;
    },
  ).catch(async (error: unknown) => {
    const now = await session.client.request(insightsOperation, { courseId: course.id });
    expect(false, missingIn(before, now, course) ?? String(error));
  });
  expect(
    !after.atRiskLearners.nodes.some(({ learner }) => learner.id === learnerId),
    'Somebody who has completed the course is said to be at risk.',
  );
  say(after.funnel.map(({ stage, learners }) => `${stage} ${learners}`).join(' · '));
  const [revenue] = after.dashboard.totals.revenue;
  if (revenue !== undefined) say(`revenue ${priceText(revenue)}`);
  say(`${learnersIn(after.retention)} began in the last two weeks`);
  say(`${after.atRiskLearners.nodes.length} at risk`);
}

/** Which figure has not grown, if any. */
function missingIn(before: Insights, now: Insights, course: OpenedCourse): string | undefined {
  const grown: readonly (readonly [name: string, figure: (insights: Insights) => number])[] = [
    ...before.funnel.map(
      ({ stage }) =>
        [
          `the funnel’s ${stage}`,
          ({ funnel }: Insights) => funnel.find((step) => step.stage === stage)?.learners ?? 0,
        ] as const,
    ),
    ['the dashboard’s completions', ({ dashboard }) => dashboard.totals.completions],
    ['the cohorts', ({ retention }) => learnersIn(retention)],
    ...(course.access === 'PAID'
      ? ([['the revenue', ({ revenue }: Insights) => paidIn(revenue)]] as const)
      : []),
  ];
  const missing = grown.find(([, figure]) => figure(now) <= figure(before));
  return missing === undefined
    ? undefined
    : `${missing[0]} stays at ${missing[1](now)} after ${figuresTimeoutMs / 1000} s.`;
}

const paidIn = (revenue: Insights['revenue']): number =>
  revenue.reduce((sum, { paid }) => sum + Number(paid.amountMinor), 0);

const learnersIn = (retention: Insights['retention']): number =>
  retention.reduce((sum, { size }) => sum + size, 0);
