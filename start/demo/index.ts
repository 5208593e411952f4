import type { DemoAccounts } from '../../tools/client/accounts.js';
import { ClientError, hasCode, isRefusal } from '../../tools/client/errors.js';
import { graphqlClient, type GraphqlClient } from '../../tools/client/graphql-client.js';
import { signIn, type Session } from '../../tools/client/session.js';
import { graphqlUrl } from '../../tools/client/url.js';
import { eventually } from '../../tools/client/wait.js';
import { authoredCourseOperation } from '../../tools/course/operations.js';
import { writeCourse } from '../../tools/course/writer.js';
import type { Progress } from '../progress.js';
import { demoCourseSlugs, readDemoCourse } from './catalogue.js';
import * as operations from './operations.js';

export const demoCoupon = 'WELCOME10';

const [freeSlug] = demoCourseSlugs;
/** Published last, so it tells the public whether everything is there. */
const lastSlug = demoCourseSlugs[demoCourseSlugs.length - 1] ?? freeSlug;
const eventTimeoutMs = 30_000;

export interface DemoDataOptions {
  /** The platform's address. */
  readonly url: string;
  readonly accounts: DemoAccounts;
  readonly progress: Progress;
}

/**
 * Fills an empty platform with four courses, a coupon, and a student who has begun to learn. It uses nothing
 * but the public API, looks before each step, and so continues where an earlier start was stopped.
 * A platform with courses of its own is left alone.
 */
export async function createDemoData({ url, accounts, progress }: DemoDataOptions): Promise<void> {
  const anonymous = graphqlClient({ url: graphqlUrl(url, 0) });
  if (await isPublished(anonymous, lastSlug)) return;
  const instructor = await signIn(anonymous, accounts.instructor);
  try {
    if (!(await mayFill(anonymous, instructor.client))) return;
    await progress.step('demo data', () => fill(anonymous, instructor, accounts));
  } finally {
    await instructor.logOut();
  }
}

async function isPublished(client: GraphqlClient, slug: string): Promise<boolean> {
  return (await client.request(operations.publishedOperation, { slug })).course !== null;
}

/** Either nothing is there, or what an earlier start has begun. */
async function mayFill(anonymous: GraphqlClient, instructor: GraphqlClient): Promise<boolean> {
  const { course } = await instructor.request(operations.publishedOperation, { slug: freeSlug });
  if (course !== null) return true;
  const { courses } = await anonymous.request(operations.anyCourseOperation, {});
  return courses.nodes.length === 0;
}

async function fill(
  anonymous: GraphqlClient,
  instructor: Session,
  accounts: DemoAccounts,
): Promise<void> {
  await ensureCoupon(anonymous, accounts);
  for (const slug of demoCourseSlugs) {
    // The last one waits for the student: once it is public, everything is there.
    if (slug === lastSlug) await beginLearning(anonymous, instructor.client, accounts);
    const specification = await readDemoCourse(slug);
    await writeCourse(specification, { client: instructor.client, update: false });
  }
}

async function ensureCoupon(anonymous: GraphqlClient, accounts: DemoAccounts): Promise<void> {
  const admin = await signIn(anonymous, accounts.admin);
  try {
    const input = { code: demoCoupon, percentOff: 10 };
    await admin.client.request(operations.createCouponOperation, { input });
  } catch (error) {
    if (!isRefusal(error, 'COUPON_CODE_TAKEN')) throw error;
  } finally {
    await admin.logOut();
  }
}

/** So that the playground has something to show: a student who has begun, and a first discussion. */
async function beginLearning(
  anonymous: GraphqlClient,
  instructor: GraphqlClient,
  accounts: DemoAccounts,
): Promise<void> {
  const { course } = await instructor.request(authoredCourseOperation, { slug: freeSlug });
  if (course === null) throw new ClientError(`The demo course ${freeSlug} is missing.`);
  const student = await signIn(anonymous, accounts.student);
  try {
    await enrolAndBegin(student.client, course.id);
  } finally {
    await student.logOut();
  }
  await ensureDiscussion(instructor, course.id);
}

async function enrolAndBegin(student: GraphqlClient, courseId: string): Promise<void> {
  const { course } = await student.request(operations.learnerCourseOperation, { slug: freeSlug });
  if (course?.viewerEnrollment == null) {
    await student.request(operations.enrollOperation, { input: { courseId } });
  }
  const lesson = course?.modules[0]?.lessons[0];
  if (lesson !== undefined && (course?.viewerEnrollment?.completedLessonCount ?? 0) === 0) {
    const input = { lessonId: lesson.id };
    await student.request(operations.completeLessonOperation, { input });
  }
}

async function ensureDiscussion(instructor: GraphqlClient, courseId: string): Promise<void> {
  const count = await eventually('content to learn of the course', eventTimeoutMs, () =>
    countDiscussions(instructor),
  );
  if (count > 0) return;
  const input = {
    courseId,
    title: 'Welcome! What do you want to remember?',
    body: 'Tell us what you are learning, and which of the four habits you will try first.',
  };
  await instructor.request(operations.startDiscussionOperation, { input });
}

/** Until content has heard, by an event, who teaches the course, it lets nobody in. */
async function countDiscussions(instructor: GraphqlClient): Promise<number | undefined> {
  try {
    const answer = await instructor.request(operations.discussionCountOperation, {
      slug: freeSlug,
    });
    return answer.course?.discussions?.totalCount;
  } catch (error) {
    if (hasCode(error, 'FORBIDDEN') || hasCode(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}
