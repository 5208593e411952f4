import type { GraphqlClient } from '../client/graphql-client.js';
import { findMailbox } from '../client/mailbox.js';
import { signIn } from '../client/session.js';
import { openSubscription } from '../client/subscription.js';
import type { ToolEnv } from '../env.js';
import { notificationReceivedOperation, type OpenedCourse } from './operations.js';
import type { Outcome, Play } from './play.js';
import { openHome } from './steps/home.js';
import * as learning from './steps/learning.js';
import * as purchase from './steps/purchase.js';
import * as staff from './steps/staff.js';
import * as visiting from './steps/visitor.js';

export interface JourneyOptions {
  readonly anonymous: GraphqlClient;
  readonly slug: string;
  readonly env: ToolEnv;
  /** Where the platform keeps its mails; by default that of the one on the data folder. */
  readonly mailbox: string | undefined;
}

/** The main job (DESIGN section 1), step by step, as applications of a learner and an instructor would do it. */
export async function playMainJob(play: Play, options: JourneyOptions): Promise<void> {
  const { anonymous, slug, env, mailbox } = options;
  const { step } = play;

  const visitor = await step('a visitor registers', [], () => visiting.register(anonymous));
  const verified = await step('she opens the link in the mail', [visitor], async ([registered]) =>
    visiting.verifyAddress(
      anonymous,
      registered,
      mailbox ?? (await findMailbox(env.dataDirectory)),
    ),
  );
  const session = await step('she logs in', [visitor, verified], ([credentials]) =>
    signIn(anonymous, { email: credentials.email, password: credentials.password }),
  );
  const found = await step('she searches the catalogue', [session], ([{ client }], say) =>
    visiting.search(client, slug, say),
  );
  const course = await step(
    'she opens the course: modules, price, rating, analytics',
    [session, found],
    ([{ client }], say) => visiting.openCourse(client, slug, say),
  );
  const notifications = await step('she listens for notifications', [session], ([{ client }]) =>
    // After 0: nothing is lost, whichever comes first, the subscription or the first notification.
    openSubscription(client, notificationReceivedOperation, { after: 0 }),
  );
  const watch = await step('the instructor opens the live dashboard', [course], ([opened], say) =>
    staff.watchCourse(anonymous, opened, env, say),
  );
  const entered = await enter(play, session, course);
  const enrolled = await step(
    'the enrolment appears by itself',
    [session, entered],
    ([{ client }]) => purchase.enrolmentAppears(client, slug),
  );
  await step(
    'the notification arrives on the open subscription',
    [notifications, course, entered],
    ([events, opened, since], say) => purchase.notificationArrives(events, opened, since, say),
  );
  await step('the live dashboard moves', [watch, enrolled], ([watching], say) =>
    staff.dashboardMoves(watching, say),
  );
  const completed = await step(
    'she completes the lessons; progress reaches 100 %',
    [session, course, enrolled],
    ([{ client }, opened], say) => learning.completeLessons(client, opened, say),
  );
  const passed = await step(
    'she takes the quiz until it is passed',
    [session, course, completed],
    ([{ client }, opened], say) => learning.passQuizzes(client, opened, say),
  );
  const certified = await step(
    'the course is completed; the certificate is valid',
    [session, visitor, course, passed],
    ([{ client }, who, opened], say) =>
      learning.certificateIssued(client, anonymous, { slug, visitor: who, course: opened }, say),
  );
  await step(
    'each step was announced',
    [notifications, course, certified],
    ([events, opened], say) => learning.stepsAnnounced(events, opened, say),
  );
  await step(
    'funnel, retention, revenue and at-risk learners tell of it',
    [watch, course, session, certified],
    ([watching, opened, { user }], say) => staff.insightsReflect(watching, opened, user.id, say),
  );
  await step(
    'one query crosses all four subgraphs',
    [session, course, certified],
    ([{ client }, opened], say) => openHome(client, opened, say),
  );
  await close(notifications, watch, session);
}

/** Buys the course, or enrols in a free one; gives the moment that put everything in motion. */
async function enter(
  { step }: Play,
  session: Outcome<{ client: GraphqlClient }>,
  course: Outcome<OpenedCourse>,
): Promise<Outcome<number>> {
  if (course.ok && course.value.access === 'FREE') {
    return step('she enrols', [session, course], ([{ client }, opened]) =>
      purchase.enrol(client, opened),
    );
  }
  const ordered = await step(
    'she orders the course with a coupon',
    [session, course],
    ([{ client }, opened], say) => purchase.order(client, opened, say),
  );
  return step(
    'she pays; the signed webhook marks the order paid',
    [session, ordered],
    ([{ client }, made]) => purchase.pay(client, made),
  );
}

/** What is still open; failures here say nothing about the main job. */
async function close(
  notifications: Outcome<{ close(): Promise<void> }>,
  watch: Outcome<staff.Watch>,
  session: Outcome<{ logOut(): Promise<void> }>,
): Promise<void> {
  await Promise.allSettled([
    notifications.ok ? notifications.value.close() : undefined,
    watch.ok ? watch.value.live.close() : undefined,
    watch.ok ? watch.value.session.logOut() : undefined,
    session.ok ? session.value.logOut() : undefined,
  ]);
}
